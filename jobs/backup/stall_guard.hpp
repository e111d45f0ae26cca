/// Ends a transfer that stalls, but not one that is only slow.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "filters/sink.hpp"
#include "sidekick/clock.hpp"

namespace sidekick::backup {

/// Passes bytes on and counts them. Cancels its token if fewer than `least_bytes` arrive within a `window`, so that a
/// server that sends a byte now and then cannot block for ever. Time that `next` spends on its bytes does not count.
class StallGuard final {
 public:
  static constexpr std::uint64_t least_bytes = 65'536;

  /// `window` is positive.
  StallGuard(Clock& clock, std::chrono::milliseconds window, const CancelToken& parent);
  ~StallGuard();
  StallGuard(const StallGuard&) = delete;
  StallGuard& operator=(const StallGuard&) = delete;

  CancelToken token() const { return source_.token(); }

  /// Calls `work`, which obeys token(), and returns its result. Throws what `work` throws, or Error of kind timeout if
  /// the guard ended it.
  void run(const std::function<void()>& work);

  /// A sink that counts its bytes. Must not outlive the guard or `next`.
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
