/// When a job is due: cron's five fields.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick::backup {

/// "minute hour day-of-month month day-of-week" with lists, ranges, steps and names (crontab(5): where both days are
/// restricted, one of them is enough), or @yearly, @monthly, @weekly, @daily, @hourly, or "@every 6h".
class Schedule final {
 public:
  /// Throws Error of kind usage that names the field: "hour '25': not within 0 to 23".
  static Schedule parse(std::string_view text);

  using Time = std::chrono::sys_seconds;

  /// The first time after `after` that is due, by the wall clock of `zone` (a name of the time zone database; empty:
  /// UTC). A wall time that does not exist (clocks put forward) is due at the first moment that does; one that comes
  /// twice is due once, the first time; but schedules that run in every hour follow the elapsed time. Nothing within
  /// 8 years: absent. Pure.
  std::optional<Time> next_after(Time after, std::string_view zone) const;

  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;  ///< 0 is Sunday
  bool days_restricted_ = false;
  bool weekdays_restricted_ = false;
  std::optional<std::chrono::seconds> every_;
};

}  // namespace sidekick::backup
