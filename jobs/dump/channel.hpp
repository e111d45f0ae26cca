/// Passes batches from the threads that read to the one that writes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "dump/cursor.hpp"

namespace sidekick::dump {

/// The message of a reader: a batch of an item, or its end.
struct Delivery {
  std::size_t item = 0;
  std::optional<Batch> batch;
};

/// Bounds the memory of all readers together: each reserves before it requests more from a server. Safe from any
/// thread.
class Channel final {
 public:
  /// A reservation, released on destruction. Movable.
  class Hold final {
   public:
    Hold() = default;
    Hold(Hold&& other) noexcept
        : channel_(std::exchange(other.channel_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Hold& operator=(Hold&& other) noexcept {
      std::swap(channel_, other.channel_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Hold() { resize(0); }

    /// Releases part of it, or takes more without waiting.
    void resize(std::size_t bytes) noexcept;

   private:
    friend class Channel;
    Hold(Channel* channel, std::size_t bytes) : channel_(channel), bytes_(bytes) {}
    Channel* channel_ = nullptr;
    std::size_t bytes_ = 0;
  };

  /// `readers` threads must call leave().
  Channel(std::size_t max_bytes, std::size_t readers) : max_bytes_(max_bytes), readers_(readers) {}

  /// Blocks until the size may be held; a single hold may have any size. Nothing once the channel is closed.
  std::optional<Hold> reserve(std::size_t bytes);

  /// False once the channel is closed.
  bool push(Delivery delivery, Hold hold);

  /// A reader's last call, with the error that ended it, if any.
  void leave(std::exception_ptr failure) noexcept;

  struct Received {
    Delivery delivery;
    Hold hold;
  };
  /// The next message; nothing when all readers have left. Rethrows the first failure as soon as there is one.
  std::optional<Received> pop();

  /// Ends the readers: nothing is taken any more.
  void close() noexcept;

 private:
  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable news_;
  std::deque<Received> queue_;
  std::size_t held_bytes_ = 0;
  std::size_t readers_;
  std::exception_ptr failure_;
  bool closed_ = false;
};

}  // namespace sidekick::dump
