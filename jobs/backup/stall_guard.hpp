/// Ends a transfer that has come to a standstill, however long it may take while it moves.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "filters/sink.hpp"
#include "sidekick/clock.hpp"

namespace sidekick::backup {

/// Passes bytes on and counts them. Cancels its token when fewer than `least_bytes` came within a whole `window`: a
/// server that sends a byte now and then holds nobody for ever. Time in which `next` takes its bytes does not count.
class StallGuard final {
 public:
  static constexpr std::uint64_t least_bytes = 65'536;

  /// `window` is more than nothing.
  StallGuard(Clock& clock, std::chrono::milliseconds window, const CancelToken& parent);
  ~StallGuard();
  StallGuard(const StallGuard&) = delete;
  StallGuard& operator=(const StallGuard&) = delete;

  CancelToken token() const { return source_.token(); }

  /// Does `work`, which obeys token(), and returns what it returns. Throws what that throws; Error of kind timeout
  /// where the guard ended it.
  void run(const std::function<void()>& work);

  /// A sink whose bytes count. It must not outlive the guard or `next`.
  std::unique_ptr<filters::Sink> watched(filters::Sink& next);

 private:
  class Watched;
  void watch();

  Clock& clock_;
  const std::chrono::milliseconds window_;
  CancelSource source_;
  CancelSource finished_;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> pauses_ = 0;  ///< odd while `next` takes bytes
  std::atomic<bool> stalled_ = false;
  std::thread thread_;
};

}  // namespace sidekick::backup
