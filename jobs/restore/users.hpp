/// Users and roles: held back until everything else is durable, then merged by the server.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mongo/client.hpp"
#include "restore/collection_guard.hpp"
#include "restore/plan.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// Remembers the schema of the dump's users from its admin.system.version documents.
class AuthSchema final {
 public:
  void see(mongo::Bytes version_document);
  bool is_known() const noexcept { return version_.has_value(); }

  /// Throws Error of kind data where the schema of the users is not supported by current servers.
  void check() const;

 private:
  static constexpr int current = 5;
  std::optional<std::int64_t> version_;
};

/// The users and roles of one dump. The server merges them from temporary collections, which hold password hashes: they
/// are filled only for the merge, and dropped after it, also when it fails. The connection's own user is changed last
/// and by one command, because nothing after it may need a permission. Not thread safe.
class Logins final {
 public:
  /// The references must outlive it.
  Logins(mongo::Pool& pool, CollectionGuard& guard, const Plan& plan, const Settings& settings,
         const mongo::Bson& write_concern, JobContext& context);
  /// Drops the remaining temporary collections, as far as the server allows it within about a second.
  ~Logins();
  Logins(const Logins&) = delete;
  Logins& operator=(const Logins&) = delete;

  /// Determines the user that we are logged in as. Call it before take(). Throws Error as Client::run does.
  void begin();

  /// Drops the temporary collections of a killed run. Throws Error as CollectionGuard does.
  void drop_temporary();

  /// Takes one document of `target`. Skips users and roles of a database other than --db. More than a few MiB go to the
  /// temporary collection instead of memory.
  void take(const Target& target, mongo::Bytes document);

  /// Takes the oplog's changes of users and roles, which are applied after the merge.
  void take(std::vector<mongo::Bson> oplog_operations) { later_ = std::move(oplog_operations); }

  /// True when there is something to merge.
  bool any() const noexcept { return users_.taken > 0 || roles_.taken > 0 || !later_.empty(); }

  /// Makes the server merge everything; with --drop, removes users and roles that the dump does not have (all, or those
  /// of --db) and logs which, unless the dump has none at all. Durable when it returns. `journal` requests the write
  /// concern of a standalone. Repeatable. Throws Error as CollectionGuard does.
  void merge(bool journal);

  /// True once the command that changes our own user was sent: a later rejected login proves that it was executed.
  bool gave_up_own_login() const noexcept { return own_sent_; }

  std::size_t users() const noexcept { return users_.taken; }
  std::size_t roles() const noexcept { return roles_.taken; }

 private:
  struct Kind {
    std::string noun;  ///< "user"
    std::string command_field;
    mongo::Namespace stored{};                  ///< where the server has them
    std::optional<mongo::Namespace> temporary;  ///< absent: the plan does not restore them
    std::vector<mongo::Bson> held{};
    std::size_t held_bytes = 0;
    std::size_t taken = 0;
    std::size_t foreign = 0;  ///< of another database than --db
    std::string foreign_db{};
    bool is_filled = false;  ///< the temporary collection may hold documents
  };

  Kind& kind(Role role) noexcept { return role == Role::users ? users_ : roles_; }
  void warn_of_foreign(const Kind& kind);
  void create_temporary(Kind& kind);
  void insert_held(Kind& kind);
  void drop_temporary(const mongo::Client& client, Kind& kind);
  void merge(Kind& kind, const mongo::Bson& write_concern);
  void tell_of_removal(const Kind& kind) const;
  void keep_own_users();
  void replay_oplog(const mongo::Bson& write_concern);
  void change_own_users(const mongo::Bson& write_concern);
  void change_own_user(const std::string& id, const mongo::Bson& command);

  mongo::Pool& pool_;
  CollectionGuard& guard_;
  const Settings& settings_;
  const mongo::Bson& write_concern_;
  JobContext& context_;
  Kind users_{
      .noun = "user", .command_field = "tempUsersCollection", .stored = {"admin", "system.users"}, .temporary = {}};
  Kind roles_{
      .noun = "role", .command_field = "tempRolesCollection", .stored = {"admin", "system.roles"}, .temporary = {}};
  /// By the _id of the users that we are logged in as: their document in the dump, or nothing.
  std::map<std::string, std::optional<mongo::Bson>> own_;
  std::vector<mongo::Bson> later_;
  std::map<std::string, std::vector<mongo::Bson>> own_later_;  ///< by _id
  bool own_sent_ = false;
};

}  // namespace sidekick::restore
