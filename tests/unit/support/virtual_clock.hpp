/// A clock that a test moves.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "sidekick/clock.hpp"

namespace sidekick::test {

/// Time passes only when the thread that made the clock waits on it (it then passes at once) or calls advance(). Waits
/// of other threads end when it has passed, or are cancelled. Thread safe.
class VirtualClock final : public Clock {
 public:
  time_point now() const override;
  Wake wait_until(time_point due, const CancelToken& cancel) override;
  bool poll_until(time_point due, std::span<pollfd> events) override;

  void advance(duration time);

  /// Calls `action` in the driving thread when the time since the start is reached.
  void at(duration since_start, std::function<void()> action);

  duration elapsed() const { return now() - start_; }

  /// How long the driving thread waited, wait by wait.
  const std::vector<duration>& waits() const { return waits_; }

 private:
  void move_to(time_point due, const std::function<bool()>& is_over);
  bool wait_for_others(time_point due, std::span<pollfd> events) const;

  const std::thread::id driver_ = std::this_thread::get_id();
  const time_point start_{std::chrono::hours(1000)};
  mutable std::mutex mutex_;
  time_point now_ = start_;
  std::multimap<time_point, std::function<void()>> actions_;
  std::vector<duration> waits_;
};

}  // namespace sidekick::test
