/// Which backups stay, as a pure function of their times.
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

/// How many there are to be kept of each kind, as restic's forget has it. A rule of 0 keeps nothing.
struct KeepRules {
  int last = 0;
  int hourly = 0;
  int daily = 0;
  int weekly = 0;  ///< ISO weeks
  int monthly = 0;
  int yearly = 0;
  std::optional<KeepPeriod> within;
};

/// "last=7,hourly=24,daily=7,weekly=4,monthly=12,yearly=3,within=1y5m7d2h". Throws Error of kind usage naming the part
/// that is wrong: an unknown rule, one that stands there twice, a number under 0, and rules that would keep nothing.
KeepRules parse_keep(std::string_view text);

/// A clock set back by more is not followed: days of backups would all count as one. By less, and new backups are dated
/// after those that are there.
constexpr std::chrono::hours longest_set_back{24};

/// What is known of one backup.
struct Candidate {
  std::string name;
  storage::WallTime time{};
  storage::Proof proof = storage::Proof::streamed;
};

struct Decision {
  std::size_t candidate = 0;
  bool keep = false;
  std::vector<std::string> reasons;  ///< "daily 2026-11-20", "newest of proof stored"; of one that goes: empty
};

/// One decision for each candidate, newest first (by name where the times are equal). A rule keeps the newest backup of
/// each of the last n hours, days, weeks, months or years of `zone` that have one, and where there are fewer, the
/// oldest backup too, as "oldest daily". `within` counts back by the calendar of `zone` from the newest backup,
/// or from `now` where that is earlier. What is dated later than `now` by more than `longest_set_back`, by a clock that
/// was wrong, is kept and takes nobody's place. The newest backup of the highest level of proof is always kept. Without
/// any rule all are kept. Pure.
std::vector<Decision> decide(const std::vector<Candidate>& candidates, const KeepRules& rules, storage::WallTime now,
                             const schedule::TimeZone& zone);

}  // namespace sidekick::backup
