#include "tests/integration/s3_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>

#include "sidekick/dial.hpp"
#include "storage/s3/signature.hpp"
#include "tests/support/s3_server.hpp"

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

constexpr const char* mark_header = "x-amz-meta-sidekick-writer";

std::string header_of(const std::string& request, const std::string& name) {
  const auto line = "\r\n" + name + ": ";
  const auto at = request.find(line);
  if (at == std::string::npos || at > request.find("\r\n\r\n")) return {};
  const auto begin = at + line.size();
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const auto begin = text.find(before) + before.size();
  return text.substr(begin, text.find(after, begin) - begin);
}

std::chrono::sys_seconds time_of(const std::string& amz_date) {
  // year, month, day, hour, minute, second
  std::array<int, 6> parts{};
  std::sscanf(amz_date.c_str(), "%4d%2d%2dT%2d%2d%2dZ", &parts[0], &parts[1], &parts[2], &parts[3], &parts[4],
              &parts[5]);
  const auto day = std::chrono::year(parts[0]) / parts[1] / parts[2];
  return std::chrono::sys_days(day) + std::chrono::hours(parts[3]) + std::chrono::minutes(parts[4]) +
         std::chrono::seconds(parts[5]);
}

/// The Authorization that a request is to have, over all its headers that are signed.
std::string authorization_of(const std::string& request) {
  const auto target = between(request, " ", " ");
  const auto question = std::min(target.find('?'), target.size());
  storage::s3::Signed signs{request.substr(0, request.find(' ')),
                            target.substr(0, question),
                            target.substr(std::min(question + 1, target.size())),
                            {},
                            {}};
  for (const auto* name : {"Host", "X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token", mark_header})
    if (const auto value = header_of(request, name); !value.empty()) signs.headers.push_back({name, value});
  signs.payload_sha256 = header_of(request, "X-Amz-Content-Sha256");
  const auto region = between(header_of(request, "Authorization"), "/", "/s3/").substr(9);
  return storage::s3::authorization(signs, {S3Server::access_key(), Secret(S3Server::secret_key()), {}}, region,
                                    time_of(header_of(request, "X-Amz-Date")));
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
  if (fate == Fate::expire)
    peer.answer("400 Bad Request", "<Error><Code>ExpiredToken</Code><Message>Too old.</Message></Error>",
                "Connection: close\r\n");
  if (fate == Fate::lose_answer) (void)ask(port_, std::move(*request));
  if (fate == Fate::lose_request || fate == Fate::lose_answer) peer.reset_at_end();
  if (fate == Fate::pass) peer.send(ask(port_, std::move(*request)));
}

std::string take_session_token(std::string& request) {
  const auto given = header_of(request, "Authorization");
  const auto token = header_of(request, "X-Amz-Security-Token");
  if (token.empty() || given != authorization_of(request)) return {};
  remove_header(request, "X-Amz-Security-Token");
  request.replace(request.find(given), given.size(), authorization_of(request));
  return token;
}

void remove_header(std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  if (at < request.find("\r\n\r\n")) request.erase(at, request.find("\r\n", at + 2) - at);
}

}  // namespace sidekick::test
