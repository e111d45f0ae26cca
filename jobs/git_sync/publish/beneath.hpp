/// Opens paths below an open folder without ever following a symlink.
#pragma once

#include <sys/types.h>

#include <string>

#include "sidekick/fd.hpp"

namespace sidekick::git_sync {

/// How a path is resolved: by the kernel in one call (openat2), or component by component where that is not available.
enum class Resolution { kernel, stepwise };

/// What this kernel and any seccomp filter allow.
Resolution best_resolution(int root) noexcept;

/// Opens `path` below `root` with `flags`, every component with O_NOFOLLOW; "" is `root` itself. Returns an empty Fd
/// and sets errno: ELOOP or ENOTDIR where a component is a symlink or a file, EXDEV or EINVAL where the path would
/// leave the folder.
Fd open_beneath(int root, const std::string& path, int flags, Resolution resolution) noexcept;

/// A path in two: the folder ("" at the top), and the name in it.
struct SplitPath {
  std::string folder;
  std::string name;
};
SplitPath split_path(const std::string& path);

}  // namespace sidekick::git_sync
