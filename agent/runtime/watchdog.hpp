/// A time limit for work that runs outside of the scheduler.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "agent/runtime/interrupt.hpp"
#include "sidekick/clock.hpp"

namespace sidekick::runtime {

/// Watches work from its construction to its destruction. Cancels the token at the deadline, or when the interrupt is
/// raised. If the work has not returned `grace` later, calls `abandon` with the exit code (that of the signal, or
/// `late_code`) from its own thread; in production that does not return.
class Watchdog final {
 public:
  static constexpr std::chrono::milliseconds usual_grace{2'000};

  Watchdog(Clock& clock, Interrupt& interrupt, Clock::time_point deadline, int late_code,
           std::function<void(int)> abandon, std::chrono::milliseconds grace = usual_grace);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  CancelToken token() const { return work_.token(); }
  bool timed_out() const noexcept { return timed_out_; }

 private:
  void watch();

  Clock& clock_;
  Interrupt& interrupt_;
  Clock::time_point deadline_;
  int late_code_;
  std::function<void(int)> abandon_;
  std::chrono::milliseconds grace_;
  CancelSource work_;
  CancelSource wake_;
  CancelSource finished_;
  std::atomic<bool> timed_out_ = false;
  std::thread thread_;
};

}  // namespace sidekick::runtime
