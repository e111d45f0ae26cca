#include "sidekick/clock.hpp"

#include <poll.h>

#include <algorithm>

namespace sidekick {

Wake SystemClock::wait_until(time_point due, const CancelToken& cancel) {
  using std::chrono::milliseconds;
  for (;;) {
    if (cancel.cancelled()) return Wake::cancelled;
    const auto left = std::chrono::ceil<milliseconds>(due - now());
    if (left <= milliseconds::zero()) return Wake::due;
    pollfd event{cancel.fd(), POLLIN, 0};
    ::poll(&event, 1, static_cast<int>(std::min<milliseconds>(left, std::chrono::hours(1)).count()));
  }
}

}  // namespace sidekick
