/// That a loop is asked to take its next step now.
#pragma once

#include <mutex>
#include <optional>

#include "agent/runtime/interrupt.hpp"
#include "sidekick/clock.hpp"

namespace sidekick::runtime {

enum class Woken { due, triggered, interrupted };

/// A mailbox of one: what is raised during a step, once or often, makes the next wait end at once. Thread safe; one
/// thread waits.
class Trigger final {
 public:
  void raise() noexcept;

  /// Returns when `due` is reached, the trigger was raised since the last wait, or the interrupt is raised (which comes
  /// first where several hold). Throws Error of kind io where no descriptor can be had.
  Woken wait_until(Clock& clock, Clock::time_point due, Interrupt& interrupt);

 private:
  bool take();

  std::mutex mutex_;
  bool raised_ = false;
  std::optional<CancelSource> waiting_;
};

}  // namespace sidekick::runtime
