/// When a job is due, in the five fields of cron.
#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "schedule/time_zone.hpp"

namespace sidekick::schedule {

/// "minute hour day-of-month month day-of-week" with lists, ranges, steps and names (crontab(5): where neither of the
/// two day fields begins with '*', one match is enough), or @yearly, @monthly, @weekly, @daily, @hourly, or "@every
/// 6h".
class Schedule final {
 public:
  /// Throws Error of kind usage that names the field: "hour '25': not within 0 to 23". A day that no selected month has
  /// is an error too.
  static Schedule parse(std::string_view text);

  using Time = std::chrono::sys_seconds;

  /// The first due time after `after`, by the wall clock of `zone`. A wall time that does not exist (clocks put
  /// forward) is due at the first moment that does. A wall time that occurs twice is due once, the first time; but a
  /// schedule that runs in every hour is due each time, so that it follows elapsed time. "@every" counts from `after`.
  /// Absent where nothing is due within 8 years. Pure.
  std::optional<Time> next_after(Time after, const TimeZone& zone) const;

  /// The same by the name of the zone, which is looked up each time. Throws as TimeZone::named() does.
  std::optional<Time> next_after(Time after, std::string_view zone) const {
    return next_after(after, TimeZone::named(zone));
  }

  const std::string& text() const noexcept { return text_; }

 private:
  using Local = std::chrono::local_seconds;

  bool is_day_due(std::chrono::local_days day) const;

  /// The first due minute, not before `from` and before `end`.
  std::optional<Local> first_between(Local from, Local end) const;

  std::string text_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;  ///< 0 is Sunday
  bool days_restricted_ = false;
  bool weekdays_restricted_ = false;
  std::optional<std::chrono::seconds> every_;
};

}  // namespace sidekick::schedule
