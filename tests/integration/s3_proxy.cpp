#include "tests/integration/s3_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "sidekick/dial.hpp"

namespace sidekick::test {

namespace {

/// The whole answer to `request`, after which the server closes.
std::string ask(std::uint16_t port, std::string request) {
  request.insert(request.find("\r\n") + 2, "Connection: close\r\n");
  const auto server = dial("127.0.0.1", port, std::chrono::seconds(5), CancelToken());
  std::string_view rest = request;
  std::string answer;
  std::array<char, 65536> piece;
  while (server.fd) {
    pollfd ready{server.fd.get(), static_cast<short>(rest.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    ::poll(&ready, 1, -1);
    if ((ready.revents & POLLOUT) != 0) {
      const auto n = ::send(server.fd.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
      if (n > 0) continue;
    }
    const auto n = ::recv(server.fd.get(), piece.data(), piece.size(), 0);
    if (n <= 0) break;
    answer.append(piece.data(), static_cast<std::size_t>(n));
  }
  return answer;
}

}  // namespace

S3Proxy::S3Proxy(std::uint16_t port, std::function<Fate(std::string& request)> decide)
    : port_(port), decide_(std::move(decide)), server_([this](TcpPeer& peer) { serve(peer); }) {}

void S3Proxy::serve(TcpPeer& peer) const {
  auto request = peer.read_request();
  if (!request) return;
  const auto fate = decide_(*request);
  if (fate == Fate::slow_down)
    peer.answer("503 Slow Down", "<Error><Code>SlowDown</Code><Message>Please.</Message></Error>",
                "Connection: close\r\n");
  if (fate == Fate::refuse)
    peer.answer("501 Not Implemented", "<Error><Code>NotImplemented</Code><Message>A header.</Message></Error>",
                "Connection: close\r\n");
  if (fate == Fate::lose_answer) (void)ask(port_, std::move(*request));
  if (fate == Fate::lose_request || fate == Fate::lose_answer) peer.reset_at_end();
  if (fate == Fate::pass) peer.send(ask(port_, std::move(*request)));
}

void remove_header(std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  if (at < request.find("\r\n\r\n")) request.erase(at, request.find("\r\n", at + 2) - at);
}

}  // namespace sidekick::test
