#include "agent/runtime/trigger.hpp"

#include <utility>

namespace sidekick::runtime {

void Trigger::raise() noexcept {
  const std::lock_guard lock(mutex_);
  raised_ = true;
  if (waiting_) waiting_->cancel();
}

Woken Trigger::wait_until(Clock& clock, Clock::time_point due, Interrupt& interrupt) {
  CancelSource wake;
  const Interrupt::Link link(interrupt, wake);
  {
    const std::lock_guard lock(mutex_);
    if (raised_) wake.cancel();
    waiting_ = wake;
  }
  clock.wait_until(due, wake.token());
  const bool triggered = take();
  if (interrupt.signal()) return Woken::interrupted;
  return triggered ? Woken::triggered : Woken::due;
}

bool Trigger::take() {
  const std::lock_guard lock(mutex_);
  waiting_.reset();
  return std::exchange(raised_, false);
}

}  // namespace sidekick::runtime
