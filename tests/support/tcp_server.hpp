/// A server on loopback that behaves as badly as a test wants.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "sidekick/fd.hpp"

namespace sidekick::test {

/// One connection to a TcpServer, in the thread of its handler.
class TcpPeer final {
 public:
  explicit TcpPeer(int fd) : fd_(fd) {}

  /// The next request, to the end of its body; nothing where the other side has ended.
  std::optional<std::string> read_request();
  void send(std::string_view bytes) const;
  /// An answer with its length, the connection kept.
  void answer(const std::string& status, std::string_view body, std::string_view headers = "") const;
  /// Sends `bytes` again and again, `pause` apart, until the other side ends the connection. What comes is thrown away.
  void repeat(std::string_view bytes, std::chrono::milliseconds pause) const;
  /// Waits until the other side (or the server's end) closes the connection.
  void wait_for_end();
  /// Waits that long for something to come; false where that is the end.
  bool is_open_after(std::chrono::milliseconds wait) const;
  /// Passes on all bytes between this connection and that port of loopback, until one of them ends.
  void relay_to(std::uint16_t port) const;
  /// The same, but the answer to bytes of this side of which `loses_answer` is true is awaited and dropped, and the
  /// connection reset.
  void relay_to(std::uint16_t port, const std::function<bool(std::string_view bytes)>& loses_answer) const;
  /// Makes the end of this connection a reset.
  void reset_at_end() const;

 private:
  int fd_;
  std::string read_;
};

/// Calls `handler` for each connection, in a thread of its own, and closes the connection after it. The destructor cuts
/// all connections and joins the threads. What a handler throws ends only its connection.
class TcpServer final {
 public:
  explicit TcpServer(std::function<void(TcpPeer&)> handler);
  ~TcpServer();
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT" and then `path`.
  std::string url(const std::string& path = "/") const;
  int connections() const { return connections_; }

 private:
  struct Connection {
    int fd = -1;
    std::thread thread;
  };
  void accept_all();
  void serve(Connection& connection);

  std::function<void(TcpPeer&)> handler_;
  Fd listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::list<Connection> open_;
  std::thread thread_;
};

}  // namespace sidekick::test
