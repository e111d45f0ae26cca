/// Time as jobs see it, so that tests can run it by hand.
#pragma once

#include <poll.h>

#include <chrono>
#include <span>

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

  /// Returns true when one of `events` has come, as poll() then tells in them, and false when `due` is reached. What
  /// has come already counts also where `due` is past.
  virtual bool poll_until(time_point due, std::span<pollfd> events) = 0;

  Wake wait_for(duration time, const CancelToken& cancel) { return wait_until(now() + time, cancel); }
};

/// The machine's own clock.
class SystemClock final : public Clock {
 public:
  time_point now() const override { return std::chrono::steady_clock::now(); }
  Wake wait_until(time_point due, const CancelToken& cancel) override;
  bool poll_until(time_point due, std::span<pollfd> events) override;
};

}  // namespace sidekick
