/// The job `dump`: writes a dump of MongoDB as mongodump does, complete or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dump/settings.hpp"
#include "filters/sink.hpp"
#include "mongo/namespace.hpp"
#include "sidekick/job.hpp"

namespace sidekick::dump {

/// Statistics of a finished dump.
struct Report {
  struct Collection {
    mongo::Namespace ns;
    std::string type;  ///< "collection", "view", "timeseries", or "" for what has no metadata
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;
    std::size_t indexes = 0;
  };
  std::vector<Collection> collections;  ///< without the oplog
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
  std::uint64_t oplog_entries = 0;
  bool consistent = false;  ///< one point in time: by oplog or snapshot
  bool oplog = false;
  std::string server_version;
};

/// Writes one plain archive as a stream into `sink`. Does not finish the sink: the caller does, after this returned.
/// Ignores settings.destination, path and compression. Throws Error: unavailable (no server, a primary that stepped
/// down, a lost cursor, a rename without an oplog that records it: discard the output and start over), data (the oplog
/// rolled over, a collection was renamed, a snapshot's history is gone), denied, config (not supported by the server),
/// no_input (a missing database, nothing to dump unless allow_empty), cancelled; and what the sink throws.
Report write_archive(const Settings& settings, filters::Sink& sink, JobContext& context);

/// "replica set", "standalone" or "sharded cluster", and its capabilities: requested before a backup chooses its kind
/// of consistency.
struct Deployment {
  bool replica_set = false;
  bool sharded = false;
  std::string server_version;
};
Deployment ask_deployment(const mongo::Connection& connection, JobContext& context);

/// A one-shot job. A file or folder appears under its name only when it is complete and synced. Killed at any
/// instruction, it leaves at most a part file, which the next run removes. Each attempt starts over. Errors: as
/// write_archive(), and cannot_create, io for the output. Once bytes went to standard output, no error is retried.
class DumpJob final : public OneShotJob {
 public:
  explicit DumpJob(Settings settings) : settings_(std::move(settings)) {}
  Outcome run(JobContext& context) override;

 private:
  Settings settings_;
  bool output_used_ = false;
};

}  // namespace sidekick::dump
