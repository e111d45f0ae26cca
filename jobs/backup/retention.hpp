/// Which backups stay, as a pure function of their times.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/manifest.hpp"

namespace sidekick::backup {

/// "last=7,daily=7,weekly=4,monthly=12,yearly=3,within=48h", as restic's forget has it; hourly too.
struct KeepRules {
  int last = 0;
  int hourly = 0;
  int daily = 0;
  int weekly = 0;  ///< ISO weeks
  int monthly = 0;
  int yearly = 0;
  std::optional<std::chrono::seconds> within;
};

/// Throws Error of kind usage naming the part that is wrong: an unknown rule, a number under 0, and rules that would
/// keep nothing.
KeepRules parse_keep(std::string_view text);

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

/// One decision for each candidate, newest first. Days, weeks, months and years are those of `zone`. The newest backup
/// of the highest level of proof is always kept; times in the future count as they are. Pure.
std::vector<Decision> decide(const std::vector<Candidate>& candidates, const KeepRules& rules, storage::WallTime now,
                             std::string_view zone);

}  // namespace sidekick::backup
