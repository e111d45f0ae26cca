/// The settings of `dump`: values only, already parsed and checked one by one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "filters/decompress.hpp"
#include "mongo/connection.hpp"

namespace sidekick::dump {

/// `documents`: only those of one collection, to standard output.
enum class Destination { archive_file, standard_output, folder, documents };

struct Settings {
  mongo::Connection connection;

  Destination destination = Destination::folder;
  std::string path = "dump";  ///< of the archive or the folder; unused for standard output
  filters::Compression compression = filters::Compression::none;
  int compression_threads = 2;  ///< 1 to 64
  std::optional<int> compression_level;

  std::string db;          ///< empty: all
  std::string collection;  ///< empty: all of db
  std::string query;       ///< Extended JSON; only with a collection
  std::string read_preference;
  std::vector<std::string> exclude_collections;
  std::vector<std::string> exclude_collection_prefixes;
  std::vector<std::string> ns_include;  ///< patterns of namespaces; empty: all
  std::vector<std::string> ns_exclude;
  bool users_and_roles = false;  ///< --dumpDbUsersAndRoles
  bool views_as_collections = false;
  bool oplog = false;
  bool snapshot = false;  ///< all collections as of one cluster time
  bool allow_empty = true;
  bool dry_run = false;  ///< report what would be dumped, and write nothing

  int parallel_collections = 4;  ///< 1 to 64

  std::string tool_version = "sidekick";  ///< the tool name in the archive
};

}  // namespace sidekick::dump
