/// The request to a loop to take its next step now.
#pragma once

#include <atomic>

#include "agent/runtime/waker.hpp"

namespace sidekick::runtime {

/// Holds at most one request: raised during a step, once or often, it makes the next step due at once. Thread safe.
class Trigger final {
 public:
  /// `waker` outlives the trigger.
  explicit Trigger(Waker& waker) : waker_(waker) {}

  void raise() noexcept {
    raised_ = true;
    waker_.wake();
  }
  bool is_raised() const noexcept { return raised_; }

  /// Clears the request. Returns whether there was one.
  bool take() noexcept { return raised_.exchange(false); }

 private:
  Waker& waker_;
  std::atomic<bool> raised_ = false;
};

}  // namespace sidekick::runtime
