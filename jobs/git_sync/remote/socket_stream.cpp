#include "git_sync/remote/socket_stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "sidekick/dial.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

Error broken(int number) {
  return {ErrorKind::unavailable, "the connection broke: " + std::generic_category().message(number)};
}

}  // namespace

std::size_t SocketStream::read(std::span<std::byte> into, const CancelToken& cancel) {
  for (;;) {
    cancel.throw_if_cancelled();
    const auto n = ::recv(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) throw broken(errno);
    wait_for_server(fd_.get(), POLLIN, idle_, cancel);
  }
}

ByteStream::Written SocketStream::write(std::string_view bytes, const CancelToken& cancel) {
  while (!bytes.empty()) {
    cancel.throw_if_cancelled();
    const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EPIPE || errno == ECONNRESET) return Written::not_listening;
    if (errno != EAGAIN) throw broken(errno);
    wait_for_server(fd_.get(), POLLOUT, idle_, cancel);
  }
  return Written::all;
}

}  // namespace sidekick::git_sync
