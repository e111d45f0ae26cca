#include "tests/unit/support/virtual_clock.hpp"

#include <poll.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace sidekick::test {

Clock::time_point VirtualClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

Wake VirtualClock::wait_until(time_point due, const CancelToken& cancel) {
  std::array<pollfd, 1> event{{{cancel.fd(), POLLIN, 0}}};
  const bool came = poll_until(due, event);
  return came || cancel.cancelled() ? Wake::cancelled : Wake::due;
}

bool VirtualClock::poll_until(time_point due, std::span<pollfd> events) {
  if (std::this_thread::get_id() != driver_) return wait_for_others(due, events);
  const auto before = now();
  move_to(due, [&] { return ::poll(events.data(), events.size(), 0) > 0; });
  waits_.push_back(now() - before);
  return ::poll(events.data(), events.size(), 0) > 0 || (due == time_point::max() && wait_for_others(due, events));
}

void VirtualClock::advance(duration time) {
  move_to(now() + time, [] { return false; });
}

void VirtualClock::at(duration since_start, std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  actions_.emplace(start_ + since_start, std::move(action));
}

void VirtualClock::move_to(time_point due, const std::function<bool()>& is_over) {
  while (!is_over() && now() < due) {
    std::function<void()> action;
    {
      const std::lock_guard lock(mutex_);
      const auto next = actions_.begin();
      if (next == actions_.end() || next->first > due) {
        if (due == time_point::max()) return;  // what nothing ends but others
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

bool VirtualClock::wait_for_others(time_point due, std::span<pollfd> events) const {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < give_up) {
    if (::poll(events.data(), events.size(), 1) > 0) return true;
    if (now() >= due) return false;
  }
  std::fputs("virtual clock: nobody moved the time for 30 s\n", stderr);
  std::abort();
}

}  // namespace sidekick::test
