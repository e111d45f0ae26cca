#include "git_sync/publish/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace sidekick::git_sync {

namespace {

Fd open_by_kernel(int root, const char* path, int flags) noexcept {
  open_how how{};
  how.flags = static_cast<unsigned>(flags) | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  for (;;) {
    Fd fd(static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how)));
    // A concurrent rename made the kernel unsure whether a component led upwards.
    if (fd || errno != EAGAIN) return fd;
  }
}

Fd open_by_steps(int root, std::string_view path, int flags) noexcept {
  Fd folder;
  int at = root;
  while (true) {
    const auto slash = path.find('/');
    const std::string step(path.substr(0, slash));
    if (step.empty() || step == "." || step == "..") {
      errno = EINVAL;
      return {};
    }
    const bool last = slash == std::string_view::npos;
    Fd next(::openat(at, step.c_str(), (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC));
    if (last || !next) return next;
    path.remove_prefix(slash + 1);
    folder = std::move(next);
    at = folder.get();
  }
}

}  // namespace

Resolution best_resolution(int root) noexcept {
  return open_by_kernel(root, ".", O_PATH | O_DIRECTORY) ? Resolution::kernel : Resolution::stepwise;
}

Fd open_beneath(int root, const std::string& path, int flags, Resolution resolution) noexcept {
  if (path.empty()) return Fd(::openat(root, ".", flags | O_CLOEXEC));
  if (resolution == Resolution::stepwise) return open_by_steps(root, path, flags);
  return open_by_kernel(root, path.c_str(), flags | O_NOFOLLOW);
}

SplitPath split_path(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace sidekick::git_sync
