/// Keeps a restore from changing collections with which another process has replaced its own.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "mongo/client.hpp"
#include "restore/own_collections.hpp"
#include "restore/plan.hpp"
#include "restore/server.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// A restore can be overtaken: its network is cut or it is stopped, a second one replaces what it restored, and then it
/// goes on. Every change goes through this class, which lets it through only where the collection is one that this
/// process found at its start or created, or that is still empty within a second of its start. A server from 6.0 on
/// compares the UUID itself (`collectionUUID`). For an older one, and for views and time series, the UUID is read
/// before a change (unless that was done within the last second) and after each failure.
///
/// Where another process replaced a collection, every method throws Error of kind temporary that is not tried again in
/// this process. Where a collection is gone because the server was restarted, Error of kind unavailable. Otherwise
/// Error as Client::run does. For one attempt; safe from any thread, each with a client of its own.
class CollectionGuard final {
 public:
  /// `own` outlives it and all attempts of the job.
  CollectionGuard(OwnCollections& own, JobContext& context) : own_(own), context_(context) {}

  /// Records what exists in the databases of the plan, `existing`, if this is the first attempt that gets so far.
  void begin(const mongo::Client& client, const Server& server, const Plan& plan,
             const std::map<mongo::Namespace, mongo::Bson>& existing);

  /// The current collection `ns`, which is our own; nothing where the name is free.
  std::optional<ServerCollection> look(const mongo::Client& client, const mongo::Namespace& ns);

  /// The same. A collection that appeared under a name that was free at the start is used as well, but never dropped.
  std::optional<ServerCollection> look_or_adopt(const mongo::Client& client, const mongo::Namespace& ns);

  bool may_drop(const mongo::Namespace& ns, const ServerCollection& collection) const {
    return own_.may_drop(ns, collection.uuid);
  }

  /// Drops the collection that look() has just found.
  void drop(const mongo::Client& client, const mongo::Namespace& ns, const ServerCollection& collection,
            const mongo::Bson& write_concern);

  /// Calls `send`, which creates `ns` and returns the reply of the server (code namespace_exists is no failure), and
  /// remembers the new collection. Throws Error of kind unavailable where the name is taken by then: look again.
  /// `may_drop`: a later attempt may remove it.
  void create(const mongo::Client& client, const mongo::Namespace& ns, bool may_drop,
              const std::function<mongo::Bson()>& send);

  /// From now on, changes of `ns` go only into `collection`.
  void use(const mongo::Namespace& ns, const ServerCollection& collection);

  /// Announces that `from`, which look() has just found, is about to be renamed to `to`.
  void rename(const mongo::Namespace& from, const mongo::Namespace& to, const ServerCollection& collection);
  /// Announces that `ns` is about to be dropped by other means than drop().
  void forget(const mongo::Namespace& ns);

  /// Announces that the whole database `db` is about to be dropped: throws where it holds something that is not our
  /// own.
  void release_database(const mongo::Client& client, const std::string& db);

  /// Runs a command that changes the collection `ns` and names it.
  mongo::Bson run(const mongo::Client& client, const mongo::Namespace& ns, mongo::Bson command,
                  const std::string& what);

  /// For other ways to write: call it before, and `command` gets the field by which the server compares.
  void before_write(const mongo::Client& client, const mongo::Namespace& ns);
  void append_uuid(mongo::Bson& command, const mongo::Namespace& ns) const;
  /// Call it after a write that failed as a whole: the UUID is read before the next one.
  void distrust(const mongo::Namespace& ns);
  /// Call it after a server rejected a write because of the UUID.
  [[noreturn]] void mismatch(const mongo::Client& client, const mongo::Namespace& ns);

  /// The UUID that writes into `ns` must match; nothing where there is no such collection.
  std::optional<std::string> identity(const mongo::Client& client, const mongo::Namespace& ns);

  /// Reads `ns`, or every name in use, again, and throws unless it is still the collection in use.
  void confirm(const mongo::Client& client, const mongo::Namespace& ns);
  void confirm_all(const mongo::Client& client);

 private:
  std::optional<ServerCollection> accept(const mongo::Client& client, const mongo::Namespace& ns,
                                         std::optional<ServerCollection> there);
  bool is_leftover(const mongo::Client& client, const mongo::Namespace& ns, const ServerCollection& there) const;
  std::optional<ServerCollection> in_use(const mongo::Namespace& ns) const;
  bool was_read_just_now(const mongo::Namespace& ns) const;
  void compare(const mongo::Client& client, const mongo::Namespace& ns, const std::optional<ServerCollection>& there);

  OwnCollections& own_;
  JobContext& context_;
  bool server_checks_ = false;
  std::string process_;
  mutable std::mutex mutex_;
  std::map<mongo::Namespace, ServerCollection> in_use_;
  std::map<mongo::Namespace, Clock::time_point> read_at_;
};

/// The code of a write error or a failed command for a wrong UUID.
inline constexpr std::uint32_t collection_uuid_mismatch = 361;

/// Appends `key` as a UUID of 16 bytes.
void append_uuid(mongo::Bson& document, std::string_view key, const std::string& uuid);

}  // namespace sidekick::restore
