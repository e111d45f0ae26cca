#include "backup/keep_period.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sidekick::backup {

using namespace std::chrono;

namespace {

struct Unit {
  char name;
  int KeepPeriod::* count;
  int most;  ///< about a hundred years
};

constexpr std::array<Unit, 4> units{{{'y', &KeepPeriod::years, 100},
                                     {'m', &KeepPeriod::months, 1'200},
                                     {'d', &KeepPeriod::days, 36'525},
                                     {'h', &KeepPeriod::hours, 876'600}}};

constexpr int months_a_year = 12;

/// The moment at which clocks in `zone` show `local`; uses one of the two offsets if they never show it, or show it
/// twice.
sys_seconds shown_at(local_seconds local, const schedule::TimeZone& zone) {
  const auto offset_at = [&](sys_seconds time) { return zone.span_at(time).offset; };
  const sys_seconds guess(local.time_since_epoch());
  return guess - offset_at(guess - offset_at(guess));
}

}  // namespace

std::string KeepPeriod::text() const {
  std::string out;
  for (const auto& unit : units)
    if (const int count = this->*unit.count; count > 0) out.append(std::to_string(count)).append(1, unit.name);
  return out;
}

storage::WallTime KeepPeriod::before(storage::WallTime time, const schedule::TimeZone& zone) const {
  const auto whole = floor<seconds>(time);
  const auto local = zone.local(whole);
  const auto day = floor<std::chrono::days>(local);
  const year_month_day date(day);
  const auto month = year_month(date.year(), date.month()) - std::chrono::months(years * months_a_year + months);
  const auto day_then =
      local_days(month / 1) + (day - local_days(date.year() / date.month() / 1)) - std::chrono::days(days);
  return shown_at(day_then + (local - day), zone) + (time - whole) - std::chrono::hours(hours);
}

std::optional<KeepPeriod> parse_keep_period(std::string_view text) {
  KeepPeriod out;
  std::string seen;
  while (!text.empty()) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc() || text.empty()) return std::nullopt;
    const auto* const unit = std::ranges::find(units, text.front(), &Unit::name);
    if (unit == units.end() || number < 0 || number > unit->most || seen.find(unit->name) != std::string::npos)
      return std::nullopt;
    out.*unit->count = number;
    seen += unit->name;
    text.remove_prefix(1);
  }
  return out == KeepPeriod{} ? std::nullopt : std::optional(out);
}

}  // namespace sidekick::backup
