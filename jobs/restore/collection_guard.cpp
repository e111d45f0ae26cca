#include "restore/collection_guard.hpp"

#include <random>
#include <set>

#include "mongo/wait_for_greeting.hpp"

namespace sidekick::restore {

using mongo::Bson;
using mongo::Client;
using mongo::Namespace;

namespace {

using namespace std::chrono_literals;

// Another restore needs longer to drop a collection, fill it and finish.
constexpr auto trusted_for = 1s;
constexpr std::int32_t wire_version_of_6_0 = 17;

std::string random_uuid() {
  std::random_device random;
  std::string uuid(16, '\0');
  for (auto& byte : uuid) byte = static_cast<char>(random());
  return uuid;
}

/// Collections with users, functions and views of a whole database are never dropped, and belong to no process.
bool is_shared(const Namespace& ns) {
  return ns.collection.starts_with("system.") && !ns.collection.starts_with(mongo::buckets_prefix);
}

std::map<Namespace, ServerCollection> read_database(const Client& client, const std::string& db, const Bson& filter) {
  const auto command = Bson().append("listCollections", 1).append("filter", filter);
  return server_collections(db, client.run_cursor(db, command, "cannot list collections of '" + db + "'"));
}

std::optional<ServerCollection> read_collection(const Client& client, const Namespace& ns) {
  const auto names = Bson().append("0", ns.collection).append("1", std::string(mongo::buckets_prefix) + ns.collection);
  Bson in;
  bson_append_array(in.get(), "$in", -1, names.get());
  const auto found = read_database(client, ns.db, Bson().append("name", in));
  const auto collection = found.find(ns);
  if (collection == found.end()) return std::nullopt;
  return collection->second;
}

// Without read permission, there is no way to see that it is empty.
bool may_hold_documents(const Client& client, const Namespace& ns) {
  const auto find = Bson().append("find", ns.collection).append("limit", 1).append("singleBatch", true);
  const auto reply = client.run(ns.db, find, "cannot look into '" + ns.text() + "'", {mongo::unauthorized});
  if (mongo::number_of(reply.get(), "code") == mongo::unauthorized) return true;
  return !mongo::documents_of(mongo::document_of(reply.get(), "cursor").get(), "firstBatch").empty();
}

// The name does not exist, so a server that ignores the field drops nothing.
bool compares_uuids(const Client& client, const Server& server, const std::string& db) {
  if (server.wire_version < wire_version_of_6_0) return false;
  auto drop = Bson().append("drop", "sidekick.no_such_collection");
  append_uuid(drop, "collectionUUID", random_uuid());
  try {
    const auto reply = client.run(db, drop, "cannot ask the server about UUIDs", {collection_uuid_mismatch});
    return mongo::number_of(reply.get(), "code") == collection_uuid_mismatch;
  } catch (const Error& error) {
    if (error.transient()) throw;
    return false;
  }
}

std::set<std::string> databases_of(const Plan& plan) {
  std::set<std::string> databases;
  for (const auto& target : plan.targets)
    if (target && (target->is_created() || target->holds_users())) databases.insert(target->ns.db);
  return databases;
}

Error overtaken(const Namespace& ns, const std::string& what) {
  return {ErrorKind::temporary, "another process " + what + " '" + ns.text() + "' in the meantime",
          "this restore stops to keep the data of the other process; run it again to restore anyway", Retry::never};
}

}  // namespace

void append_uuid(Bson& document, std::string_view key, const std::string& uuid) {
  bson_append_binary(document.get(), key.data(), static_cast<int>(key.size()), BSON_SUBTYPE_UUID,
                     reinterpret_cast<const std::uint8_t*>(uuid.data()), static_cast<std::uint32_t>(uuid.size()));
}

void CollectionGuard::begin(const Client& client, const Server& server, const Plan& plan,
                            const std::map<Namespace, Bson>& existing) {
  process_ = server.process;
  auto databases = databases_of(plan);
  for (const auto& db : databases) {
    std::vector<Bson> entries;
    for (const auto& [ns, entry] : existing)
      if (ns.db == db) entries.push_back(entry);
    own_.record_start(db, server_collections(db, entries), context_.clock.now());
  }
  if (!databases.empty()) server_checks_ = compares_uuids(client, server, *databases.begin());
  if (!plan.restores(Role::oplog)) return;
  const auto list = Bson().append("listDatabases", 1).append("nameOnly", true);
  const auto reply = client.run("admin", list, "cannot list databases", {mongo::unauthorized});
  for (const auto& entry : mongo::documents_of(reply.get(), "databases")) {
    const auto db = mongo::text_of(entry.get(), "name");
    if (databases.insert(db).second && db != "local" && db != "config")
      own_.record_start(db, read_database(client, db, Bson()), context_.clock.now());
  }
}

std::optional<ServerCollection> CollectionGuard::accept(const Client& client, const Namespace& ns,
                                                        std::optional<ServerCollection> there) {
  if (!there || is_shared(ns) || own_.holds(ns, there->uuid)) return there;
  const bool is_view = there->kind == "view";
  if (is_leftover(client, ns, *there)) {
    own_.add(ns, there->uuid, true);
    return there;
  }
  if (!own_.is_creating(ns) || (!is_view && may_hold_documents(client, ns)))
    throw overtaken(ns, own_.knows(ns) ? "replaced" : "created");
  // An earlier try whose answer was lost created it, or another process did: neither loses anything if it is used.
  own_.add(ns, there->uuid, is_view);
  own_.end_creation(ns);
  return there;
}

// The server may still run the last command of a process that was killed just before this one started. What that
// command creates is empty.
bool CollectionGuard::is_leftover(const Client& client, const Namespace& ns, const ServerCollection& there) const {
  return there.kind == "collection" && own_.recorded_within(ns.db, trusted_for, context_.clock.now()) &&
         !may_hold_documents(client, ns);
}

std::optional<ServerCollection> CollectionGuard::look(const Client& client, const Namespace& ns) {
  return accept(client, ns, read_collection(client, ns));
}

std::optional<ServerCollection> CollectionGuard::look_or_adopt(const Client& client, const Namespace& ns) {
  auto there = read_collection(client, ns);
  if (there && !own_.knows(ns)) own_.add(ns, there->uuid, false);
  return accept(client, ns, std::move(there));
}

void CollectionGuard::drop(const Client& client, const Namespace& ns, const ServerCollection& collection,
                           const Bson& write_concern) {
  forget(ns);
  auto command = Bson().append("drop", ns.collection).append("writeConcern", write_concern);
  // A server rejects the field for a time series and for its buckets.
  if (server_checks_ && collection.kind == "collection" && !ns.collection.starts_with(mongo::buckets_prefix))
    restore::append_uuid(command, "collectionUUID", collection.uuid);
  const auto what = "cannot drop '" + ns.text() + "'";
  const auto reply = client.run(ns.db, command, what, {mongo::namespace_not_found, collection_uuid_mismatch});
  if (mongo::number_of(reply.get(), "code") == collection_uuid_mismatch && look(client, ns))
    throw Error(ErrorKind::unavailable, what + ": it was replaced");
}

void CollectionGuard::create(const Client& client, const Namespace& ns, bool may_drop,
                             const std::function<Bson()>& send) {
  const bool is_first_try = own_.begin_creation(ns);
  const auto begun = context_.clock.now();
  const auto reply = send();
  if (mongo::number_of(reply.get(), "code") == mongo::namespace_exists) {
    if (is_first_try) own_.end_creation(ns);
    throw Error(ErrorKind::unavailable, "cannot create '" + ns.text() + "': another process has just created it");
  }
  const auto there = read_collection(client, ns);
  if (!there)
    throw Error(ErrorKind::unavailable, "cannot create '" + ns.text() + "': another process has just removed it");
  const bool late = context_.clock.now() - begun > trusted_for;
  if (late && there->kind != "view" && may_hold_documents(client, ns)) throw overtaken(ns, "replaced");
  own_.add(ns, there->uuid, may_drop);
  if (there->kind == "timeseries")
    own_.add({ns.db, std::string(mongo::buckets_prefix) + ns.collection}, there->uuid, may_drop);
  own_.end_creation(ns);
  use(ns, *there);
}

void CollectionGuard::use(const Namespace& ns, const ServerCollection& collection) {
  const std::lock_guard lock(mutex_);
  in_use_[ns] = collection;
  read_at_[ns] = context_.clock.now();
}

void CollectionGuard::rename(const Namespace& from, const Namespace& to, const ServerCollection& collection) {
  own_.add(to, collection.uuid, own_.may_drop(from, collection.uuid));
  forget(from);
  use(to, collection);
}

void CollectionGuard::forget(const Namespace& ns) {
  const std::lock_guard lock(mutex_);
  in_use_.erase(ns);
  read_at_.erase(ns);
}

void CollectionGuard::release_database(const Client& client, const std::string& db) {
  for (const auto& [ns, collection] : read_database(client, db, Bson())) {
    accept(client, ns, collection);
    forget(ns);
  }
}

void CollectionGuard::distrust(const Namespace& ns) {
  const std::lock_guard lock(mutex_);
  read_at_.erase(ns);
}

std::optional<ServerCollection> CollectionGuard::in_use(const Namespace& ns) const {
  const std::lock_guard lock(mutex_);
  const auto found = in_use_.find(ns);
  if (found == in_use_.end()) return std::nullopt;
  return found->second;
}

bool CollectionGuard::was_read_just_now(const Namespace& ns) const {
  const std::lock_guard lock(mutex_);
  const auto read = read_at_.find(ns);
  return read != read_at_.end() && context_.clock.now() - read->second <= trusted_for;
}

Bson CollectionGuard::run(const Client& client, const Namespace& ns, Bson command, const std::string& what) {
  const auto collection = in_use(ns);
  const bool compares = server_checks_ && collection && collection->kind == "collection";
  if (compares)
    restore::append_uuid(command, "collectionUUID", collection->uuid);
  else if (!was_read_just_now(ns))
    confirm(client, ns);
  try {
    auto reply = client.run(ns.db, command, what, {collection_uuid_mismatch});
    if (mongo::number_of(reply.get(), "code") == collection_uuid_mismatch) mismatch(client, ns);
    for (const auto& failure : mongo::documents_of(reply.get(), "writeErrors"))
      if (mongo::number_of(failure.get(), "code") == collection_uuid_mismatch) mismatch(client, ns);
    return reply;
  } catch (const Error& error) {
    distrust(ns);
    // An index build can fail in many ways when its collection is dropped.
    if (error.kind() == ErrorKind::data) confirm(client, ns);
    throw;
  }
}

void CollectionGuard::before_write(const Client& client, const Namespace& ns) {
  const auto collection = in_use(ns);
  if (server_checks_ && collection && !collection->uuid.empty()) return;
  if (!was_read_just_now(ns)) confirm(client, ns);
}

void CollectionGuard::append_uuid(Bson& command, const Namespace& ns) const {
  const auto collection = in_use(ns);
  if (server_checks_ && collection && !collection->uuid.empty())
    restore::append_uuid(command, "collectionUUID", collection->uuid);
}

std::optional<std::string> CollectionGuard::identity(const Client& client, const Namespace& ns) {
  if (is_shared(ns)) return std::nullopt;
  auto collection = in_use(ns);
  if (!collection) {
    collection = look(client, ns);
    if (collection) use(ns, *collection);
  }
  if (!collection || collection->uuid.empty()) return std::nullopt;
  return collection->uuid;
}

void CollectionGuard::confirm(const Client& client, const Namespace& ns) {
  compare(client, ns, read_collection(client, ns));
  const std::lock_guard lock(mutex_);
  read_at_[ns] = context_.clock.now();
}

void CollectionGuard::confirm_all(const Client& client) {
  std::map<std::string, std::vector<Namespace>> by_database;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [ns, collection] : in_use_) by_database[ns.db].push_back(ns);
  }
  for (const auto& [db, names] : by_database) {
    const auto there = read_database(client, db, Bson());
    for (const auto& ns : names) {
      const auto found = there.find(ns);
      compare(client, ns, found == there.end() ? std::nullopt : std::optional(found->second));
    }
  }
}

void CollectionGuard::compare(const Client& client, const Namespace& ns, const std::optional<ServerCollection>& there) {
  const auto expected = in_use(ns);
  if (there == expected) return;
  const bool is_own = there && (is_shared(ns) || own_.holds(ns, there->uuid));
  if (there && !is_own) throw overtaken(ns, own_.knows(ns) ? "replaced" : "created");
  if (!expected) return;
  const auto hello = client.run("admin", Bson().append("isMaster", 1), "cannot confirm '" + ns.text() + "'");
  if (mongo::process_of(hello) != process_)
    throw Error(ErrorKind::unavailable, "'" + ns.text() + "' no longer exists after a restart of the server");
  throw overtaken(ns, there ? "replaced" : "dropped");
}

void CollectionGuard::mismatch(const Client& client, const Namespace& ns) {
  confirm(client, ns);
  throw Error(ErrorKind::unavailable, "the server does not find '" + ns.text() + "' by its UUID");
}

}  // namespace sidekick::restore
