/// That a loop is asked to take its next step now.
#pragma once

#include <atomic>

#include "agent/runtime/waker.hpp"

namespace sidekick::runtime {

/// A mailbox of one: what is raised during a step, once or often, makes the next step due at once. Thread safe.
class Trigger final {
 public:
  /// `waker` outlives the trigger.
  explicit Trigger(Waker& waker) : waker_(waker) {}

  void raise() noexcept {
    raised_ = true;
    waker_.wake();
  }
  bool is_raised() const noexcept { return raised_; }

  /// Takes it back. Returns whether it was raised.
  bool take() noexcept { return raised_.exchange(false); }

 private:
  Waker& waker_;
  std::atomic<bool> raised_ = false;
};

}  // namespace sidekick::runtime
