#include "base/http/stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "sidekick/dial.hpp"
#include "sidekick/error.hpp"

namespace sidekick::http {

namespace {

[[noreturn]] void lost(int number) {
  if (number == ECONNRESET || number == EPIPE) throw ConnectionLost("the connection was closed");
  throw ConnectionLost("the connection broke: " + std::generic_category().message(number));
}

}  // namespace

void SocketStream::late() const {
  throw Error(ErrorKind::unavailable,
              has_heard_ ? "no whole answer in time" : "it accepts the connection and does not answer");
}

// Checked even if there is no need to wait: a server that sends without end would block us for ever.
void SocketStream::check() const {
  limits_.cancel.throw_if_cancelled();
  if (limits_.deadline && std::chrono::steady_clock::now() >= *limits_.deadline) late();
}

void SocketStream::wait(short events) const {
  auto until = std::chrono::steady_clock::now() + limits_.idle_timeout;
  if (limits_.deadline) until = std::min(until, *limits_.deadline);
  if (wait_ready(fd_.get(), events, until, limits_.cancel)) return;
  limits_.cancel.throw_if_cancelled();
  if (errno == ETIMEDOUT) late();
  lost(errno);
}

std::size_t SocketStream::read(std::span<std::byte> into) {
  check();
  for (;;) {
    const auto n = ::recv(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
    has_heard_ |= n > 0;
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EAGAIN)
      wait(POLLIN);
    else if (errno != EINTR)
      lost(errno);
  }
}

void SocketStream::write(std::span<const std::byte> bytes) {
  check();
  while (!bytes.empty()) {
    const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0)
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    else if (errno == EAGAIN)
      wait(POLLOUT);
    else if (errno != EINTR)
      lost(errno);
  }
}

bool SocketStream::quiet() const noexcept {
  char byte = 0;
  return ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

}  // namespace sidekick::http
