#include "agent/runtime/interrupt.hpp"

namespace sidekick::runtime {

Interrupt::Link::Link(Interrupt& interrupt, const CancelSource& source) : interrupt_(interrupt) {
  const std::lock_guard lock(interrupt.mutex_);
  place_ = interrupt.linked_.insert(interrupt.linked_.end(), source);
  if (interrupt.signal_) place_->cancel();
}

Interrupt::Link::~Link() {
  const std::lock_guard lock(interrupt_.mutex_);
  interrupt_.linked_.erase(place_);
}

void Interrupt::raise(int signal) noexcept {
  const std::lock_guard lock(mutex_);
  if (!signal_) signal_ = signal;
  source_.cancel();
  for (auto& source : linked_) source.cancel();
}

std::optional<int> Interrupt::signal() const noexcept {
  const std::lock_guard lock(mutex_);
  return signal_;
}

}  // namespace sidekick::runtime
