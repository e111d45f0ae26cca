/// Whether and when a failed job is tried again.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "sidekick/clock.hpp"
#include "sidekick/error.hpp"

namespace sidekick::runtime {

/// Exponential back-off with full jitter: the n-th wait is random between nothing and 1 s doubled n times, at most 30
/// s.
class Backoff final {
 public:
  /// `random` gives numbers from 0 to 1.
  explicit Backoff(std::function<double()> random) : random_(std::move(random)) {}
  Clock::duration next();
  void reset() noexcept { doublings_ = 0; }

 private:
  std::function<double()> random_;
  int doublings_ = 0;
};

struct RetryLimits {
  std::optional<int> retries;                                    ///< further attempts at most; absent: unlimited
  std::chrono::milliseconds retry_for{std::chrono::minutes(5)};  ///< since the first failure after the last progress
};

/// Keeps count of the failures of one run. Not thread safe.
class RetryBudget final {
 public:
  RetryBudget(RetryLimits limits, std::function<double()> random);

  /// How long to wait before the next attempt, or nothing when there is to be none: the error is permanent, ruled out
  /// for another attempt, or a limit is reached. `denied` is tried three times within 15 s.
  std::optional<Clock::duration> after(const Error& error, Clock::time_point now);

  /// The job got further than ever before: time and back-off start anew. The count of retries does not.
  void progressed() noexcept;

  /// A step of a loop succeeded: everything starts anew.
  void succeeded() noexcept;

 private:
  std::optional<Clock::duration> wait_for_transient(Clock::time_point now);
  std::optional<Clock::duration> wait_for_denied(Clock::time_point now);

  RetryLimits limits_;
  Backoff backoff_;
  int retries_ = 0;
  int denials_ = 0;
  std::optional<Clock::time_point> first_failure_;
  std::optional<Clock::time_point> first_denial_;
};

}  // namespace sidekick::runtime
