/// A time zone written as a rule, as TZ may hold it: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX.1, and RFC 8536, 3.3.1).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sidekick::schedule {

/// A period in which the clocks of a zone have the same offset from UTC: from `begin` up to, but not including, `end`.
/// An open end is the least or the greatest possible time.
struct ZoneSpan {
  std::chrono::sys_seconds begin;
  std::chrono::sys_seconds end;
  std::chrono::seconds offset;  ///< local time minus UTC
};

/// Immutable, and safe from any thread.
class PosixRule final {
 public:
  /// Nothing for an invalid rule. A summer time without its dates has those of the United States, as in the C library.
  static std::optional<PosixRule> parse(std::string_view text);

  /// The span that contains `time`.
  ZoneSpan span_at(std::chrono::sys_seconds time) const;

  /// A day of every year, and the time of that day by the clock before the change.
  struct Day {
    enum class Form {
      without_leap_day,  ///< "J60" is always 1 March
      with_leap_day,     ///< "59" is 29 February, where there is one
      weekday,           ///< "M3.5.0": the last Sunday in March
    };
    Form form = Form::weekday;
    int number = 0;
    int month = 0;
    int week = 0;
    int weekday = 0;
    std::chrono::seconds time = std::chrono::hours(2);
  };

 private:
  struct Summer {
    std::chrono::seconds offset{};
    Day begins;
    Day ends;
  };

  std::chrono::seconds standard_{};
  std::optional<Summer> summer_;
};

}  // namespace sidekick::schedule
