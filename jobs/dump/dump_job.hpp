/// The job `dump`: writes a MongoDB as mongodump would, whole or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dump/settings.hpp"
#include "filters/sink.hpp"
#include "mongo/namespace.hpp"
#include "sidekick/job.hpp"

namespace sidekick::dump {

/// What was written.
struct Report {
  struct Collection {
    mongo::Namespace ns;
    std::string type;  ///< "collection", "view", "timeseries", or "" for what has no metadata
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;
    std::size_t indexes = 0;
  };
  std::vector<Collection> collections;  ///< the oplog is not among them
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
  std::uint64_t oplog_entries = 0;
  bool consistent = false;  ///< one point in time: by oplog or snapshot
  bool oplog = false;
  std::string server_version;
};

/// Writes one archive, plain, as a stream into `sink`, and does not finish it: the caller does, once this has returned.
/// settings.destination, path and compression are of no meaning here. Throws Error: unavailable (no server, a primary
/// that stepped down, a cursor that was lost, a rename without an oplog to tell of it: what was written is to be thrown
/// away and begun anew), data (the oplog rolled over, a collection was renamed, a snapshot's history is gone), denied,
/// config (what the server cannot do), no_input (a database that is not there, nothing to dump unless allow_empty),
/// cancelled; and what the sink throws.
Report write_archive(const Settings& settings, filters::Sink& sink, JobContext& context);

/// "replica set", "standalone" or "sharded cluster", and what it can do: asked before a backup chooses how to be
/// consistent.
struct Deployment {
  bool replica_set = false;
  bool sharded = false;
  std::string server_version;
};
Deployment ask_deployment(const mongo::Connection& connection, JobContext& context);

/// A one-shot job. A file or folder appears under its name only when it is whole and synced; killed at any instruction
/// it leaves at most a part file, which the next run removes. Each attempt starts over. Errors: as write_archive(),
/// and cannot_create, io for the output. Once bytes went to standard output no error may be tried again.
class DumpJob final : public OneShotJob {
 public:
  explicit DumpJob(Settings settings) : settings_(std::move(settings)) {}
  Outcome run(JobContext& context) override;

 private:
  Settings settings_;
  bool output_used_ = false;
};

}  // namespace sidekick::dump
