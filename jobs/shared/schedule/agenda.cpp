#include "schedule/agenda.hpp"

#include <algorithm>

namespace sidekick::schedule {

using std::chrono::seconds;

namespace {

constexpr seconds longest_look{60};
constexpr std::uint64_t most_counted = 100'000;  // a clock that was wrong by years is not worth more

}  // namespace

Agenda::Agenda(Schedule schedule, TimeZone zone, seconds jitter, std::function<double()> random)
    : schedule_(std::move(schedule)), zone_(std::move(zone)), jitter_(jitter), random_(std::move(random)) {}

void Agenda::arm(Time after) {
  scheduled_ = schedule_.next_after(after, zone_);
  next_ = scheduled_;
  if (next_) *next_ += std::chrono::duration_cast<seconds>(std::chrono::duration<double>(jitter_) * random_());
}

void Agenda::begin(Time now, std::optional<Time> newest) {
  arm(newest && *newest < now && !is_missed(*newest, now) ? *newest : now);
}

bool Agenda::is_due(Time now) {
  if (next_ && now >= *next_) return true;
  const auto by_this_clock = schedule_.next_after(now, zone_);
  if (by_this_clock && (!scheduled_ || *by_this_clock < *scheduled_)) arm(now);
  return false;
}

std::uint64_t Agenda::pass(Time now) {
  std::uint64_t passed = 0;
  for (auto at = scheduled_; at && *at <= now && passed < most_counted; at = schedule_.next_after(*at, zone_)) passed++;
  if (passed > 0) arm(now);
  return passed;
}

seconds Agenda::until_next_look(Time now) const {
  if (!next_ || *next_ - now > longest_look) return longest_look;
  return std::max(seconds(0), *next_ - now);
}

bool Agenda::is_missed(Time newest, Time now) const {
  const auto wanted = schedule_.next_after(newest, zone_);
  return wanted && *wanted <= now;
}

}  // namespace sidekick::schedule
