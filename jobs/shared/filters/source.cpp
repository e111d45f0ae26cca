#include "filters/source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::filters {

FdSource::FdSource(Fd fd, std::string name, CancelToken cancel)
    : fd_(std::move(fd)), name_(std::move(name)), cancel_(std::move(cancel)) {}

std::size_t FdSource::read(std::span<std::uint8_t> into) {
  for (;;) {
    std::array<pollfd, 2> events{{{fd_.get(), POLLIN, 0}, {cancel_.fd(), POLLIN, 0}}};
    ::poll(events.data(), events.size(), -1);
    cancel_.throw_if_cancelled();
    const auto n = ::read(fd_.get(), into.data(), into.size());
    if (n >= 0) {
      position_ += static_cast<std::uint64_t>(n);
      return static_cast<std::size_t>(n);
    }
    if (errno != EINTR && errno != EAGAIN) throw error_from_errno("cannot read '" + name_ + "'", errno);
  }
}

Fd open_for_reading(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  // What does not exist may be a login that was given in the wrong place.
  if (!fd) throw error_from_errno("cannot open '" + redact_url(path) + "'", errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) throw error_from_errno("cannot look at '" + path + "'", errno);
  if (S_ISDIR(status.st_mode)) throw Error(ErrorKind::no_input, "cannot read '" + path + "': it is a folder");
  if (S_ISREG(status.st_mode)) ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return fd;
}

}  // namespace sidekick::filters
