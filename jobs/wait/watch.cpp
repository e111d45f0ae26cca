#include "wait/watch.hpp"

#include <algorithm>
#include <utility>

#include "sidekick/clock.hpp"

namespace sidekick::wait {

using namespace std::chrono_literals;

Goal::Goal(const Settings& settings, std::size_t watches)
    : until_(settings.until), stable_(settings.stable), missing_(settings.need == Settings::Need::any ? 1 : watches) {}

void Goal::one_met() noexcept {
  const std::lock_guard lock(mutex_);
  if (missing_ > 0) missing_--;
  if (missing_ == 0) over_.cancel();
}

void Goal::one_lost() noexcept {
  const std::lock_guard lock(mutex_);
  if (missing_ > 0) missing_++;
}

void Goal::fail(Error error) noexcept {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(error);
  over_.cancel();
}

bool Goal::met() const {
  const std::lock_guard lock(mutex_);
  return missing_ == 0;
}

std::optional<Error> Goal::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Watch::run() noexcept try { watch(); } catch (const Error& error) {
  goal_->fail(error);
} catch (const std::exception& error) {
  goal_->fail(Error(ErrorKind::internal, "cannot wait for '" + name_ + "': " + error.what()));
}

void Watch::watch() {
  // A target that must stay available is checked more often: an outage must not go unseen.
  constexpr Clock::duration shortest = 50ms, longest = 1s, longest_while_it_settles = 200ms;
  SystemClock clock;
  const auto over = goal_->over();
  std::optional<Clock::time_point> since;
  bool counts = false;
  for (auto pause = shortest; !over.cancelled(); pause = std::min(pause * 2, longest)) {
    auto missing = look(over);
    if (over.cancelled()) return;
    const auto now = clock.now();
    if (missing.has_value() == since.has_value()) {
      pause = shortest;
      since = missing ? std::nullopt : std::optional(now);
    }
    const bool counted = std::exchange(counts, since && now - *since >= goal_->stable());
    if (!counts && since) missing = "it is available, but not for long enough";
    note(std::move(missing));
    if (counts && !counted) goal_->one_met();
    if (counted && !counts) goal_->one_lost();
    auto due = now + pause;
    if (since && !counts) due = std::min({due, now + longest_while_it_settles, *since + goal_->stable()});
    clock.wait_until(due, over);
  }
}

std::optional<std::string> Watch::look(const CancelToken& cancel) {
  auto reason = probe_->look(cancel);
  if (goal_->until() == Settings::Until::there) return reason;
  if (reason) return {};
  return "it is still available";
}

std::optional<std::string> Watch::missing() const {
  const std::lock_guard lock(mutex_);
  return missing_;
}

void Watch::note(std::optional<std::string> missing) {
  const std::lock_guard lock(mutex_);
  missing_ = std::move(missing);
}

}  // namespace sidekick::wait
