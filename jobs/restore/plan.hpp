/// What of a dump is restored, where to, and as what.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mongo/dump_reader.hpp"
#include "mongo/metadata.hpp"
#include "restore/settings.hpp"

namespace sidekick::restore {

enum class Role {
  collection,
  view,
  time_series,
  users,           ///< documents go to a temporary collection, then the server merges them
  roles,           ///< as users
  auth_version,    ///< read to know the schema of the users, never written
  legacy_indexes,  ///< system.indexes of an old dump: tells of indexes to build, never written
  oplog,
};

/// One collection of the dump and what becomes of it.
struct Target {
  Role role = Role::collection;
  mongo::Namespace ns;         ///< what is created, dropped and indexed
  mongo::Namespace documents;  ///< where its documents are inserted
  mongo::Metadata metadata;
  bool ordered = false;  ///< natural order counts: one batch at a time

  bool holds_users() const noexcept { return role == Role::users || role == Role::roles; }
  bool is_created() const noexcept {
    return role == Role::collection || role == Role::view || role == Role::time_series;
  }
};

struct Plan {
  /// By the dump's own index; nothing where a collection is left out.
  std::vector<std::optional<Target>> targets;
  /// What was left out although no flag says so, for the log: "local.startup_log".
  std::vector<std::string> passed_over;
  /// Collections of which the dump has metadata and no documents: they are created empty.
  std::vector<std::string> without_documents;

  bool restores(Role role) const noexcept;
};

/// Applies selection (on the dump's own names), renaming and roles, as the official tool does. Pure.
/// Throws Error: no_input where flags select nothing, a pattern to include or to rename matches nothing, or an oplog is
/// asked for and not there; config where two collections would get one name; data for what cannot be restored as it
/// was, see mongo::check_collection(), and for index keys that only --convertLegacyIndexes restores.
Plan make_plan(const Settings& settings, const std::vector<mongo::DumpCollection>& collections);

/// Throws Error of kind data for the first of the `indexes` of `ns` that has a value in its key which servers of today
/// refuse, unless the settings convert it or leave indexes out.
void refuse_legacy_keys(const Settings& settings, const mongo::Namespace& ns, const std::vector<mongo::Bson>& indexes);

}  // namespace sidekick::restore
