#include "tests/unit/support/raw_http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace sidekick::test {

RawHttp::RawHttp(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  struct sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(fd_.get(), reinterpret_cast<struct sockaddr*>(&address), sizeof address) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot connect");
}

bool RawHttp::send(std::string_view text) const {
  while (!text.empty()) {
    const auto sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawHttp::receive() {
  pollfd event{fd_.get(), POLLIN, 0};
  if (::poll(&event, 1, 20'000) != 1) throw std::runtime_error("nothing came within 20 s");
  std::array<char, 65536> chunk;
  const auto n = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
  if (n > 0) received_.append(chunk.data(), static_cast<std::size_t>(n));
  return n > 0;
}

std::string RawHttp::answer() {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos)
    if (!receive()) return std::move(received_);
  end += 4;
  const auto field = received_.find("Content-Length: ");
  if (field < end) end += static_cast<std::size_t>(std::atoi(received_.c_str() + field + 16));
  while (received_.size() < end)
    if (!receive()) break;
  auto text = received_.substr(0, end);
  received_.erase(0, end);
  return text;
}

std::string RawHttp::rest() {
  while (receive()) continue;
  return std::exchange(received_, {});
}

std::string ask(std::uint16_t port, std::string_view request) {
  RawHttp client(port);
  client.send(request);
  return client.answer();
}

int status_of(std::string_view answer) {
  if (!answer.starts_with("HTTP/1.")) return 0;
  return std::atoi(std::string(answer.substr(9, 3)).c_str());
}

std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

}  // namespace sidekick::test
