#include "sidekick/clock.hpp"

#include <algorithm>

namespace sidekick {

namespace {

/// For poll(): the time until `due`, not negative, at most an hour.
int milliseconds_until(Clock::time_point due, Clock::time_point now) {
  using std::chrono::milliseconds;
  if (due <= now) return 0;
  return static_cast<int>(std::min<Clock::duration>(std::chrono::ceil<milliseconds>(due - now), std::chrono::hours(1)) /
                          milliseconds(1));
}

}  // namespace

bool SystemClock::poll_until(time_point due, std::span<pollfd> events) {
  for (;;) {
    if (::poll(events.data(), events.size(), milliseconds_until(due, now())) > 0) return true;
    if (now() >= due) return false;
  }
}

Wake SystemClock::wait_until(time_point due, const CancelToken& cancel) {
  for (;;) {
    if (cancel.cancelled()) return Wake::cancelled;
    const int left = milliseconds_until(due, now());
    if (left == 0) return Wake::due;
    pollfd event{cancel.fd(), POLLIN, 0};
    ::poll(&event, 1, left);
  }
}

}  // namespace sidekick
