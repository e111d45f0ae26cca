/// Bytes to and from another host, with time limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>

#include "sidekick/cancel.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::http {

/// The other side closed or reset the connection. Distinct from Error because the request may be sent once more.
class ConnectionLost final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How long the calls of a stream may block.
struct StreamLimits {
  CancelToken cancel;
  std::chrono::milliseconds idle_timeout;
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

/// Blocks until there is something to return. For one thread at a time. Throws ConnectionLost, or Error: unavailable
/// (nothing in time), cancelled; the stream is unusable after either.
class Stream {
 public:
  virtual ~Stream() = default;

  /// Sets the limits of later calls.
  virtual void limit(const StreamLimits& limits) = 0;

  /// Reads at least one byte into `into` (not empty); 0 at the end of the stream.
  virtual std::size_t read(std::span<std::byte> into) = 0;

  virtual void write(std::span<const std::byte> bytes) = 0;

  /// False if there is something to read, or the end: a connection that sends something between two requests must not
  /// be reused. Never blocks.
  virtual bool quiet() const noexcept = 0;
};

/// A connected non-blocking socket.
class SocketStream final : public Stream {
 public:
  SocketStream(Fd fd, StreamLimits limits) : fd_(std::move(fd)), limits_(std::move(limits)) {}

  void limit(const StreamLimits& limits) override {
    limits_ = limits;
    has_heard_ = false;
  }
  std::size_t read(std::span<std::byte> into) override;
  void write(std::span<const std::byte> bytes) override;
  bool quiet() const noexcept override;

 private:
  void check() const;
  void wait(short events) const;
  [[noreturn]] void late() const;

  Fd fd_;
  StreamLimits limits_;
  bool has_heard_ = false;  ///< since the limits were set
};

}  // namespace sidekick::http
