/// A network that is slower than loopback, in this process: for kernels without netem.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "sidekick/fd.hpp"

namespace sidekick::test {

struct LinkSettings {
  double bits_per_second = 50e6;                   ///< in each direction, shared by all connections
  std::chrono::microseconds one_way{10'000};       ///< what each byte takes beside that
  std::size_t queue_bytes = std::size_t{1} << 20;  ///< on its way at once on one connection and in one direction
};

/// Relays connections to a port of this machine until it is destroyed.
class SlowLink final {
 public:
  SlowLink(std::uint16_t to, LinkSettings settings);
  ~SlowLink();
  SlowLink(const SlowLink&) = delete;
  SlowLink& operator=(const SlowLink&) = delete;

  /// Listens on every address of this machine.
  std::uint16_t port() const { return port_; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Direction { there, back };

  void accept_all();
  void carry(int from, int to, Direction direction);
  Clock::time_point arrival_of(std::size_t bytes, Direction direction);

  std::uint16_t to_;
  LinkSettings settings_;
  Fd listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  Clock::time_point free_[2]{};  ///< when the link has sent what it was given, by direction
  std::list<std::pair<Fd, Fd>> connections_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace sidekick::test
