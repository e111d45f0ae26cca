/// What there is to dump.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dump/server.hpp"
#include "dump/settings.hpp"
#include "mongo/namespace.hpp"

namespace sidekick::dump {

/// How much a collection holds, as its server tells before it is read.
struct Estimate {
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
};

/// One namespace of the dump.
struct Item {
  mongo::Namespace ns;       ///< as the dump calls it
  mongo::Namespace read_ns;  ///< where its documents are read
  /// What its documents go under in an archive, and their file in a folder.
  mongo::Namespace documents_ns;
  std::string type;
  std::string uuid;      ///< 32 hexadecimal digits; empty where it has none
  std::string metadata;  ///< JSON; empty: the dump has none of it
  std::size_t indexes = 0;
  bool has_documents = true;  ///< false for a view
  bool natural_order = true;  ///< read in the order of the disk
  bool capped = false;
  mongo::Bson filter;
  std::optional<Estimate> estimate;  ///< nothing where the server does not say, or there is a filter
  enum class Role { ordinary, auth, oplog } role = Role::ordinary;
};

/// All of it in the order of the dump: users, roles and their version first, the oplog last. What is dropped while
/// it is listed is left out. Throws Error: no_input where a database or collection was named that is not there, or
/// nothing is left, unless settings.allow_empty; and as run_on().
std::vector<Item> list_items(const mongo::Client& client, const Server& server, const Settings& settings);

/// Throws Error of kind unavailable where a collection among `items` has another name by now: what was read under the
/// name that was listed may be nothing, or another collection, and nobody would miss the rest. Else as run_on().
void check_not_renamed(const mongo::Client& client, const Server& server, const std::vector<Item>& items);

}  // namespace sidekick::dump
