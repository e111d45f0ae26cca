#include "sidekick/dial.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "sidekick/error.hpp"
#include "sidekick/lookup.hpp"

namespace sidekick {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

// Detects a vanished peer within about a minute, whether we wait for its answer or it for our data.
void notice_a_lost_peer(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 60'000);
}

std::string told(int number) {
  auto text = std::generic_category().message(number);
  // The usual cause in a container, and hard to guess.
  if (number == EHOSTUNREACH) text += "; a swarm without IPVS needs 'endpoint_mode: dnsrr' at that service";
  return text;
}

DialResult connect_to(const sockaddr* address, socklen_t size, milliseconds timeout, const CancelToken& cancel) {
  Fd fd(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto failed = [](int number) { return DialResult{{}, told(number)}; };
  if (!fd) return failed(errno);
  if (::connect(fd.get(), address, size) != 0) {
    if (errno != EINPROGRESS) return failed(errno);
    if (!wait_ready(fd.get(), POLLOUT, steady_clock::now() + timeout, cancel)) return failed(errno);
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return failed(error);
  }
  if (address->sa_family != AF_UNIX) notice_a_lost_peer(fd.get());
  return {std::move(fd), {}};
}

}  // namespace

bool wait_ready(int fd, short events, std::optional<steady_clock::time_point> deadline, const CancelToken& cancel) {
  for (;;) {
    int wait_ms = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<milliseconds>(*deadline - steady_clock::now()).count();
      wait_ms = static_cast<int>(std::clamp<decltype(left)>(left, 0, 86'400'000));
    }
    std::array<pollfd, 2> both{{{fd, events, 0}, {cancel.fd(), POLLIN, 0}}};
    const int n = ::poll(both.data(), both.size(), wait_ms);
    if (n < 0 && errno != EINTR) return false;
    if (cancel.cancelled()) return errno = ECANCELED, false;
    if (n > 0 && both[0].revents != 0) return true;
    if (n == 0 && wait_ms >= 0) return errno = ETIMEDOUT, false;
  }
}

void wait_for_server(int fd, short events, milliseconds idle, const CancelToken& cancel) {
  if (wait_ready(fd, events, steady_clock::now() + idle, cancel)) return;
  const int number = errno;
  cancel.throw_if_cancelled();
  if (number != ETIMEDOUT)
    throw Error(ErrorKind::unavailable, "the connection broke: " + std::generic_category().message(number));
  throw Error(ErrorKind::unavailable, "the server has made no progress for " + std::to_string(idle.count()) + " ms");
}

DialResult dial_path(const std::string& path, milliseconds timeout, const CancelToken& cancel) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {{}, "the path of the socket is too long"};
  std::ranges::copy(path, address.sun_path);
  return connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address, timeout, cancel);
}

DialResult dial(const std::string& host, std::uint16_t port, milliseconds timeout, const CancelToken& cancel,
                int family) {
  const auto addresses = look_up(host, port, family, steady_clock::now() + timeout, cancel);
  DialResult last{{}, addresses.failure};
  for (const auto* it = addresses.first.get(); it != nullptr && !cancel.cancelled(); it = it->ai_next) {
    last = connect_to(it->ai_addr, it->ai_addrlen, timeout, cancel);
    if (last.fd) break;
  }
  return last;
}

}  // namespace sidekick
