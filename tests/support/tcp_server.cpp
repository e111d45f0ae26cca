#include "tests/support/tcp_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "sidekick/dial.hpp"

namespace sidekick::test {

namespace {

/// Appends what comes next; false at the end.
bool read_some(int fd, std::string& into) {
  std::array<char, 65536> chunk;
  ssize_t n = 0;
  do n = ::recv(fd, chunk.data(), chunk.size(), 0);
  while (n < 0 && errno == EINTR);
  if (n > 0) into.append(chunk.data(), static_cast<std::size_t>(n));
  return n > 0;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd writable{fd, POLLOUT, 0};
    ::poll(&writable, 1, -1);
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::size_t length_of_body(const std::string& header) {
  const auto at = header.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(header.substr(at + 16));
}

}  // namespace

std::optional<std::string> TcpPeer::read_request() {
  std::size_t end = std::string::npos;
  while ((end = read_.find("\r\n\r\n")) == std::string::npos)
    if (!read_some(fd_, read_)) return {};
  const auto whole = end + 4 + length_of_body(read_.substr(0, end));
  while (read_.size() < whole)
    if (!read_some(fd_, read_)) return {};
  auto request = read_.substr(0, whole);
  read_.erase(0, whole);
  return request;
}

void TcpPeer::send(std::string_view bytes) const {
  send_all(fd_, bytes);
}

void TcpPeer::answer(const std::string& status, std::string_view body, std::string_view headers) const {
  send("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
       "\r\n" + std::string(body));
}

void TcpPeer::repeat(std::string_view bytes, std::chrono::milliseconds pause) const {
  std::string said;
  while (send_all(fd_, bytes)) {
    pollfd watched{fd_, POLLIN, 0};
    if (::poll(&watched, 1, static_cast<int>(pause.count())) == 1 && !read_some(fd_, said)) return;
    said.clear();
  }
}

void TcpPeer::wait_for_end() {
  while (read_some(fd_, read_)) read_.clear();
}

bool TcpPeer::is_open_after(std::chrono::milliseconds wait) const {
  pollfd watched{fd_, POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(wait.count())) == 0;
}

void TcpPeer::relay_to(std::uint16_t port) const {
  relay_to(port, [](std::string_view) { return false; });
}

void TcpPeer::relay_to(std::uint16_t port, const std::function<bool(std::string_view bytes)>& loses_answer) const {
  const auto other = dial("127.0.0.1", port, std::chrono::seconds(5), CancelToken());
  if (!other.fd) return;
  bool lost = false;
  for (;;) {
    std::array<pollfd, 2> both{{{fd_, POLLIN, 0}, {other.fd.get(), POLLIN, 0}}};
    if (::poll(both.data(), both.size(), -1) < 0) return;
    for (std::size_t i = 0; i < both.size(); i++) {
      std::string bytes;
      if (both[i].revents == 0) continue;
      if (!read_some(both[i].fd, bytes)) return;
      if (i == 1 && lost) return reset_at_end();
      if (!send_all(both[1 - i].fd, bytes)) return;
      lost = lost || (i == 0 && loses_answer(bytes));
    }
  }
}

void TcpPeer::reset_at_end() const {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

TcpServer::TcpServer(std::function<void(TcpPeer&)> handler)
    : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, size) != 0 || ::getsockname(listener_.get(), generic, &size) != 0 ||
      ::listen(listener_.get(), 16) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot listen on loopback");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_all(); });
}

TcpServer::~TcpServer() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& connection : open_)
      if (connection.fd >= 0) ::shutdown(connection.fd, SHUT_RDWR);
  }
  for (auto& connection : open_) connection.thread.join();
}

std::string TcpServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void TcpServer::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) return;
    connections_++;
    const std::lock_guard lock(mutex_);
    auto& connection = open_.emplace_back();
    connection.fd = fd;
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void TcpServer::serve(Connection& connection) {
  int fd = -1;
  {
    const std::lock_guard lock(mutex_);
    fd = connection.fd;
  }
  try {
    TcpPeer peer(fd);
    handler_(peer);
  } catch (...) {
    // The test sees the closed connection.
  }
  const std::lock_guard lock(mutex_);
  connection.fd = -1;
  ::close(fd);
}

}  // namespace sidekick::test
