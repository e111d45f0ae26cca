/// Time as jobs see it, so that tests can run it by hand.
#pragma once

#include <chrono>

#include "sidekick/cancel.hpp"

namespace sidekick {

enum class Wake { due, cancelled };

/// Monotonic time and waiting. Implementations are safe from any thread.
class Clock {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  virtual ~Clock() = default;
  virtual time_point now() const = 0;

  /// Returns when `due` is reached or the token is cancelled, whichever comes first; at once if it is past.
  virtual Wake wait_until(time_point due, const CancelToken& cancel) = 0;

  Wake wait_for(duration time, const CancelToken& cancel) { return wait_until(now() + time, cancel); }
};

/// The machine's own clock.
class SystemClock final : public Clock {
 public:
  time_point now() const override { return std::chrono::steady_clock::now(); }
  Wake wait_until(time_point due, const CancelToken& cancel) override;
};

}  // namespace sidekick
