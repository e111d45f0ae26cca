#include "tests/unit/support/virtual_clock.hpp"

#include <poll.h>

#include <cstdio>
#include <cstdlib>

namespace sidekick::test {

Clock::time_point VirtualClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

Wake VirtualClock::wait_until(time_point due, const CancelToken& cancel) {
  if (std::this_thread::get_id() != driver_) return wait_for_others(due, cancel);
  const auto before = now();
  move_to(due, cancel);
  waits_.push_back(now() - before);
  return now() >= due && !cancel.cancelled() ? Wake::due : Wake::cancelled;
}

void VirtualClock::advance(duration time) {
  move_to(now() + time, CancelToken());
}

void VirtualClock::at(duration since_start, std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  actions_.emplace(start_ + since_start, std::move(action));
}

void VirtualClock::move_to(time_point due, const CancelToken& cancel) {
  while (!cancel.cancelled() && now() < due) {
    std::function<void()> action;
    {
      const std::lock_guard lock(mutex_);
      const auto next = actions_.begin();
      if (next == actions_.end() || next->first > due) {
        now_ = due;
      } else {
        now_ = std::max(now_, next->first);
        action = std::move(next->second);
        actions_.erase(next);
      }
    }
    if (action) action();
  }
}

Wake VirtualClock::wait_for_others(time_point due, const CancelToken& cancel) const {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < give_up) {
    if (cancel.cancelled()) return Wake::cancelled;
    if (now() >= due) return Wake::due;
    pollfd event{cancel.fd(), POLLIN, 0};
    ::poll(&event, 1, 1);
  }
  std::fputs("virtual clock: nobody moved the time for 30 s\n", stderr);
  std::abort();
}

}  // namespace sidekick::test
