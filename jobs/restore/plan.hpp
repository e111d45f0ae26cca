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
  users,         ///< documents go to a temporary collection, then the server merges them
  roles,         ///< as users
  auth_version,  ///< read to know the schema of the users, never written
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

  bool restores(Role role) const noexcept;
};

/// Applies selection (on the dump's own names), renaming and roles, as the official tool does. Pure.
/// Throws Error: no_input where flags select nothing, a pattern to include or to rename matches nothing, or an oplog is
/// asked for and not there; config where two
/// collections would get one name; data where metadata cannot be read.
Plan make_plan(const Settings& settings, const std::vector<mongo::DumpCollection>& collections);

}  // namespace sidekick::restore
