/// Selects the backups to keep: a pure function of their times.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backup/keep_period.hpp"
#include "schedule/time_zone.hpp"
#include "storage/manifest.hpp"

namespace sidekick::backup {

/// The number of backups to keep for each rule, as in restic's forget. A rule of 0 keeps nothing.
struct KeepRules {
  int last = 0;
  int hourly = 0;
  int daily = 0;
  int weekly = 0;  ///< ISO weeks
  int monthly = 0;
  int yearly = 0;
  std::optional<KeepPeriod> within;
};

/// "last=7,hourly=24,daily=7,weekly=4,monthly=12,yearly=3,within=1y5m7d2h". Throws Error of kind usage that names the
/// invalid part: an unknown rule, one that is given twice, a negative number, or rules that keep nothing.
KeepRules parse_keep(std::string_view text);

/// A clock that was set back by more than this is not followed: days of backups would count as one. If it was set back
/// by less, new backups are dated after the existing ones.
constexpr std::chrono::hours longest_set_back{24};

/// A backup that retention decides on.
struct Candidate {
  std::string name;
  storage::WallTime time{};
  storage::Proof proof = storage::Proof::streamed;
};

struct Decision {
  std::size_t candidate = 0;
  bool keep = false;
  std::vector<std::string> reasons;  ///< "daily 2026-11-20", "newest of proof stored"; empty for a removed one
};

/// One decision for each candidate, newest first (by name if the times are equal). A rule keeps the newest backup of
/// each of the last n hours, days, weeks, months or years of `zone` that have one, and if there are fewer than n, the
/// oldest backup as well, as "oldest daily". `within` counts back by the calendar of `zone` from the newest backup, or
/// from `now` if that is earlier. A backup that a wrong clock dated later than `now` by more than `longest_set_back` is
/// kept and does not count. Always keeps the newest backup of the highest level of verification. Keeps all without any
/// rule. Pure.
std::vector<Decision> decide(const std::vector<Candidate>& candidates, const KeepRules& rules, storage::WallTime now,
                             const schedule::TimeZone& zone);

}  // namespace sidekick::backup
