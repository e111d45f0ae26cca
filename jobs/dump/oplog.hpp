/// The oplog's part in a dump: where to begin, where to end, and whether it can be trusted.
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

/// Where the oplog of a dump must begin: at the start of the oldest transaction that is open, at the newest entry at
/// most. To be asked before the first document is read.
Timestamp oplog_start(const mongo::Client& client, const Server& server);

/// The newest entry there is.
Timestamp newest_entry(const mongo::Client& client, const Server& server);

/// Throws Error of kind data where entries since `start` are gone.
void check_not_rolled_over(const mongo::Client& client, const Server& server, Timestamp start);

/// {ts: {$gte: start, $lte: end}}.
mongo::Bson entries_between(Timestamp start, Timestamp end);

/// Throws Error of kind data for an entry that no restore can apply over a dump of its time: a renamed or imported
/// collection, a change of the users' schema, a time series that changes its form, resharding. Pure.
void check_entries(const Batch& batch);

}  // namespace sidekick::dump
