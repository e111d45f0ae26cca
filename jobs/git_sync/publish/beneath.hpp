/// Reaching what lies below an open folder without ever following a symlink.
#pragma once

#include <sys/types.h>

#include <string>

#include "sidekick/fd.hpp"

namespace sidekick::git_sync {

/// Who walks a path: the kernel in one call (openat2), or we do, one step after the other, where it cannot or may not.
enum class Resolution { kernel, stepwise };

/// What this kernel, and whatever filters its calls, lets us use.
Resolution best_resolution(int root) noexcept;

/// Opens `path` below `root` with `flags`, every step with O_NOFOLLOW; "" is `root` itself. Returns an empty Fd and
/// sets errno: ELOOP or ENOTDIR where a step is a symlink or a file, EXDEV or EINVAL where the path would leave the
/// folder.
Fd open_beneath(int root, const std::string& path, int flags, Resolution resolution) noexcept;

/// A path in two: the folder ("" at the top), and the name in it.
struct SplitPath {
  std::string folder;
  std::string name;
};
SplitPath split_path(const std::string& path);

}  // namespace sidekick::git_sync
