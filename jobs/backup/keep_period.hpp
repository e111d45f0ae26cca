/// The calendar periods of retention rules: "1y5m7d2h".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schedule/time_zone.hpp"
#include "storage/manifest.hpp"

namespace sidekick::backup {

/// Years, months, days and hours, as in restic's --keep-within.
struct KeepPeriod {
  int years = 0;
  int months = 0;
  int days = 0;
  int hours = 0;

  /// "1y5m7d2h".
  std::string text() const;

  /// The moment this long before `time`: years, months and days by the calendar of `zone`, then hours. A day that the
  /// month lacks becomes a day of the next month, as in restic: one month before 31 March is 3 March.
  storage::WallTime before(storage::WallTime time, const schedule::TimeZone& zone) const;

  friend bool operator==(const KeepPeriod&, const KeepPeriod&) = default;
};

/// Parses numbers with the units y, m (months), d and h, each unit at most once, in any order, in sum positive. Nothing
/// for any other text. Pure.
std::optional<KeepPeriod> parse_keep_period(std::string_view text);

}  // namespace sidekick::backup
