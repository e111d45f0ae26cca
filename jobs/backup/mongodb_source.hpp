/// A MongoDB as a source of backups: the dump, its proof, and its restore into a scratch server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backup/empty_source.hpp"
#include "backup/source.hpp"
#include "mongo/connection.hpp"

namespace sidekick::backup {

struct MongodbSource {
  mongo::Connection connection;
  enum class Moment {
    by_deployment,  ///< with the oplog of a replica set; a single database by snapshot, from 5.0
    snapshot,
  } moment = Moment::by_deployment;
  EmptySource empty = EmptySource::refused;
  std::vector<std::string> ns_include;  ///< patterns of namespaces; empty: all
  std::vector<std::string> ns_exclude;
  int parallel_collections = 4;
  std::string tool_version;
  std::optional<mongo::Connection> scratch;  ///< the scratch server that verifies backups; absent: none
};

/// Dumps only the database that the URI names, if any. Throws Error as connection_uri().
std::unique_ptr<Source> mongodb_source(MongodbSource settings);

/// The default job name of that source: the database, else the first host up to its first dot, or "mongodb" if that is
/// an address.
std::string mongodb_job_name(const mongo::Connection& connection);

}  // namespace sidekick::backup
