/// Backups as people read them; no text holds a character that a terminal obeys.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "backup/prune.hpp"
#include "schedule/time_zone.hpp"
#include "storage/catalog.hpp"

namespace sidekick::cli {

/// "512 B", "1.5 KiB", "12 GiB": three digits at most, but for bytes. Pure, as all here.
std::string size_text(std::uint64_t bytes);

/// "40s", "12m", "7h", "3d" or "2y"; "-" for a time that is still to come.
std::string age_text(storage::WallTime now, storage::WallTime then);

/// "2026-11-21 04:15:00 +01:00".
std::string local_time_text(storage::WallTime time, const schedule::TimeZone& zone);

/// One line each under a line of headings; one that is not whole says why, so that an unreadable manifest is one line.
std::string list_text(const std::vector<storage::Entry>& backups, storage::WallTime now,
                      const schedule::TimeZone& zone);

/// An array of manifests, each with its "presence"; of one that cannot be read the name, the job and the "error".
std::string list_json(const std::vector<storage::Entry>& backups);

/// All of it, one field a line. `flaw` is that of its entry.
std::string show_text(const storage::Manifest& backup, const std::string& flaw, storage::WallTime now,
                      const schedule::TimeZone& zone);

/// One line a decision: "remove  NAME  no rule keeps it".
std::string decisions_text(const backup::PrunePlan& plan);

/// One object with the decisions as an array.
std::string decisions_json(const backup::PrunePlan& plan, const std::string& job);

}  // namespace sidekick::cli
