/// The clock of jobs, which tests replace by a virtual one.
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

  /// Blocks until `due` or until the token is cancelled, whichever comes first; returns at once if `due` is past.
  virtual Wake wait_until(time_point due, const CancelToken& cancel) = 0;

  /// Blocks until one of `events` is ready, and sets their results as poll() does; false if `due` comes first. Events
  /// that are ready already count even if `due` is past.
  virtual bool poll_until(time_point due, std::span<pollfd> events) = 0;

  Wake wait_for(duration time, const CancelToken& cancel) { return wait_until(now() + time, cancel); }
};

/// The clock of the system.
class SystemClock final : public Clock {
 public:
  time_point now() const override { return std::chrono::steady_clock::now(); }
  Wake wait_until(time_point due, const CancelToken& cancel) override;
  bool poll_until(time_point due, std::span<pollfd> events) override;
};

}  // namespace sidekick
