/// The calendar periods of retention rules: "1y5m7d2h".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schedule/time_zone.hpp"
#include "storage/manifest.hpp"

namespace sidekick::backup {

/// Years, months, days and hours, as restic's --keep-within has them.
struct KeepPeriod {
  int years = 0;
  int months = 0;
  int days = 0;
  int hours = 0;

  /// "1y5m7d2h".
  std::string text() const;

  /// The moment so long before `time`: years, months and days by the calendar of `zone`, then hours. A day that a month
  /// does not have becomes one of the next month, as in restic: one month before 31 March is 3 March.
  storage::WallTime before(storage::WallTime time, const schedule::TimeZone& zone) const;

  friend bool operator==(const KeepPeriod&, const KeepPeriod&) = default;
};

/// Numbers with the units y, m (months), d and h, each unit once, in any order, together more than nothing. Nothing for
/// any other text. Pure.
std::optional<KeepPeriod> parse_keep_period(std::string_view text);

}  // namespace sidekick::backup
