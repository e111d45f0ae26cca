/// Lists what to dump.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dump/server.hpp"
#include "dump/settings.hpp"
#include "mongo/namespace.hpp"

namespace sidekick::dump {

/// The size of a collection, as reported by its server before it is read.
struct Estimate {
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
};

/// One namespace of the dump.
struct Item {
  mongo::Namespace ns;       ///< as the dump calls it
  mongo::Namespace read_ns;  ///< source of its documents
  /// The name of its documents in an archive, and of their file in a folder.
  mongo::Namespace documents_ns;
  std::string type;
  std::string uuid;      ///< 32 hexadecimal digits; empty where it has none
  std::string metadata;  ///< JSON; empty: the dump has no metadata for it
  std::size_t indexes = 0;
  bool has_documents = true;  ///< false for a view
  bool natural_order = true;  ///< read in disk order
  bool capped = false;
  mongo::Bson filter;
  std::optional<Estimate> estimate;  ///< nothing where the server does not report it, or with a filter
  enum class Role { ordinary, auth, oplog } role = Role::ordinary;
};

/// Everything in the order of the dump: users, roles and their version first, the oplog last. Skips collections that
/// are dropped meanwhile. Throws Error: no_input where a named database or collection does not exist, or nothing is
/// left, unless settings.allow_empty; and as run_on().
std::vector<Item> list_items(const mongo::Client& client, const Server& server, const Settings& settings);

/// Throws Error of kind unavailable where a collection among `items` was renamed: reading the listed name may have
/// returned nothing, or another collection, and the loss would go unnoticed. Else as run_on().
void check_not_renamed(const mongo::Client& client, const Server& server, const std::vector<Item>& items);

}  // namespace sidekick::dump
