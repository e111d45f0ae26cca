#include "dump/part.hpp"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "sidekick/error.hpp"

namespace sidekick::dump {

bool lock_part(int fd, const std::string& part, const std::string& path, const std::string& hint) {
  int code = 0;
  do code = ::flock(fd, LOCK_EX | LOCK_NB);
  while (code != 0 && errno == EINTR);
  if (code != 0 && errno == EWOULDBLOCK)
    throw Error(ErrorKind::temporary, "another process is writing '" + path + "'", hint);
  if (code != 0 && errno != ENOTSUP && errno != ENOLCK) throw error_from_errno("cannot lock '" + part + "'", errno);
  // The previous holder of the lock may have renamed the part between our two calls.
  struct stat open{};
  struct stat named{};
  return ::fstat(fd, &open) == 0 && ::stat(part.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

void take_mode(const std::string& part, const std::string& path) noexcept {
  struct stat status{};
  const bool replaces = ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  (void)::chmod(part.c_str(), replaces ? status.st_mode & 0777U : private_file);
}

void confirm_part(int fd, const std::string& part, const std::string& path) {
  const std::string hint = "this dump stops to keep the other one";
  if (!lock_part(fd, part, path, hint))
    throw Error(ErrorKind::temporary, "another process has written '" + path + "' in the meantime", hint, Retry::never);
}

bool is_own_part(int fd, const std::string& part) noexcept {
  try {
    return lock_part(fd, part, part, "");
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace sidekick::dump
