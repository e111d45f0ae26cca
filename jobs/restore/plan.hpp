/// What to restore of a dump, where, and as what.
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
  users,           ///< documents go to a temporary collection, which the server then merges
  roles,           ///< as users
  auth_version,    ///< read to know the schema of the users, never written
  legacy_indexes,  ///< system.indexes of an old dump: lists indexes to build, never written
  oplog,
};

/// One collection of the dump and its target.
struct Target {
  Role role = Role::collection;
  mongo::Namespace ns;         ///< the name that is created, dropped and indexed
  mongo::Namespace documents;  ///< where its documents are inserted
  mongo::Metadata metadata;
  bool ordered = false;  ///< natural order counts: one batch at a time

  bool holds_users() const noexcept { return role == Role::users || role == Role::roles; }
  bool is_created() const noexcept {
    return role == Role::collection || role == Role::view || role == Role::time_series;
  }
};

struct Plan {
  /// By the dump's own index; nothing for a skipped collection.
  std::vector<std::optional<Target>> targets;
  /// Collections skipped without a flag, for the log: "local.startup_log".
  std::vector<std::string> passed_over;
  /// Collections that have metadata but no documents in the dump: created empty.
  std::vector<std::string> without_documents;
  /// Users and roles in the dump of one database that only --restoreDbUsersAndRoles restores:
  /// "shop.$admin.system.users".
  std::vector<std::string> unasked_logins;

  bool restores(Role role) const noexcept;
};

/// Applies selection (by the dump's own names), renaming and roles, as the official tool does. Pure. Throws Error:
/// no_input where flags select nothing, a pattern to include matches nothing, a pattern to rename matches nothing that
/// --db, --collection and --nsInclude select, or a requested oplog is missing; config where two collections would get
/// one name; data for what cannot be restored unchanged, see mongo::check_collection(), and for index keys that only
/// --convertLegacyIndexes restores.
Plan make_plan(const Settings& settings, const std::vector<mongo::DumpCollection>& collections);

/// Throws Error of kind data for the first of the `indexes` of `ns` with a key value that current servers reject,
/// unless the settings convert it or skip indexes.
void refuse_legacy_keys(const Settings& settings, const mongo::Namespace& ns, const std::vector<mongo::Bson>& indexes);

}  // namespace sidekick::restore
