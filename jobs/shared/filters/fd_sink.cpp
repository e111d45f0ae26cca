#include "filters/fd_sink.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "sidekick/error.hpp"

namespace sidekick::filters {

namespace {

constexpr std::size_t most_at_once = std::size_t{1} << 20;

bool is_file(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode));
}

/// Opens the same pipe again, so that only our descriptor is non-blocking; nothing where that is not possible.
Fd opened_again(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode)) return {};
  const auto path = "/proc/self/fd/" + std::to_string(fd);
  return Fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
}

Error cannot_write(const std::string& name, int number) {
  const auto what = "cannot write '" + name + "'";
  if (number == EPIPE)
    return error_from_errno(what, number, "the reader of the pipe has ended: check why").without_retry();
  if (number == ENOSPC || number == EDQUOT) return error_from_errno(what, number, "free space on the disk");
  if (number == EFBIG)
    return error_from_errno(what, number,
                            "raise the limit of the size of files (ulimit -f, LimitFSIZE, --ulimit fsize)");
  return error_from_errno(what, number);
}

}  // namespace

FdSink::FdSink(Fd fd, std::string name, CancelToken cancel)
    : fd_(std::move(fd)), name_(std::move(name)), cancel_(std::move(cancel)), max_at_once_(most_at_once) {
  if (is_file(fd_.get())) return;
  may_block_ = true;
  if (auto own = opened_again(fd_.get()))
    fd_ = std::move(own);
  else if ((::fcntl(fd_.get(), F_GETFL) & O_NONBLOCK) == 0)
    max_at_once_ = PIPE_BUF;  // poll() guarantees that so much does not block
}

void FdSink::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) bytes = bytes.subspan(write_some(bytes.first(std::min(bytes.size(), max_at_once_))));
}

std::size_t FdSink::write_some(std::span<const std::uint8_t> bytes) {
  for (;;) {
    if (may_block_) wait_until_writable();
    cancel_.throw_if_cancelled();
    const auto n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n >= 0) {
      bytes_ += static_cast<std::uint64_t>(n);
      return static_cast<std::size_t>(n);
    }
    if (errno != EINTR && errno != EAGAIN) throw cannot_write(name_, errno);
  }
}

void FdSink::wait_until_writable() {
  std::array<pollfd, 2> events{{{fd_.get(), POLLOUT, 0}, {cancel_.fd(), POLLIN, 0}}};
  ::poll(events.data(), events.size(), -1);
}

void FdSink::sync() {
  if (::fsync(fd_.get()) != 0 && errno != EINVAL && errno != EROFS) throw cannot_write(name_, errno);
}

void FdSink::finish() {
  // A network file system may report a full disk only here.
  if (::close(fd_.release()) != 0 && errno != EINTR) throw cannot_write(name_, errno);
}

}  // namespace sidekick::filters
