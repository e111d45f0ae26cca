/// The oplog of a dump: its start, its end, and whether it is usable.
#pragma once

#include <compare>
#include <cstdint>

#include "dump/reading.hpp"

namespace sidekick::dump {

/// A BSON timestamp.
struct Timestamp {
  std::uint32_t seconds = 0;
  std::uint32_t ordinal = 0;
  auto operator<=>(const Timestamp&) const = default;
};

/// The start of the oplog in a dump: the oldest open transaction, at most the newest entry. Call it before the first
/// document is read.
Timestamp oplog_start(const mongo::Client& client, const Server& server);

/// The newest entry.
Timestamp newest_entry(const mongo::Client& client, const Server& server);

/// Throws Error of kind data where entries since `start` are gone.
void check_not_rolled_over(const mongo::Client& client, const Server& server, Timestamp start);

/// {ts: {$gte: start, $lte: end}}.
mongo::Bson entries_between(Timestamp start, Timestamp end);

/// Throws Error of kind data for an entry that no restore can apply over a dump of its time: a renamed or imported
/// collection, a change of the users' schema, a time series that changes its form, resharding. Pure.
void check_entries(const Batch& batch);

}  // namespace sidekick::dump
