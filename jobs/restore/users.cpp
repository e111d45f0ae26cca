#include "restore/users.hpp"

#include <memory>
#include <set>

#include "mongo/listed.hpp"
#include "mongo/persevere.hpp"
#include "sidekick/error.hpp"

namespace sidekick::restore {

using mongo::Bson;
using mongo::Namespace;

namespace {

constexpr std::size_t max_held_bytes = std::size_t{8} << 20;
constexpr std::size_t max_insert_bytes = std::size_t{4} << 20;
constexpr std::size_t max_insert_documents = 1'000;
constexpr std::size_t max_group_operations = 500;
constexpr std::int64_t duplicate_key = 11000;

const Namespace system_users{"admin", "system.users"};

Bson by_id(const std::string& id) {
  return std::move(Bson().append("_id", id));
}

/// The database in the _id of a user: "shop.reader".
std::string db_of(const std::string& id) {
  return id.substr(0, id.find('.'));
}

std::string id_of_operation(const Bson& operation) {
  const auto which = mongo::document_of(operation.get(), operation.has("o2") ? "o2" : "o");
  return mongo::text_of(which.get(), "_id");
}

Bson operation_on_user(const std::string& id, const std::optional<Bson>& document) {
  Bson operation;
  operation.append("op", document ? "u" : "d").append("ns", system_users.text());
  if (document) operation.append("o2", by_id(id));
  return std::move(operation.append("o", document ? *document : by_id(id)));
}

Bson apply_command(const std::vector<Bson>& operations) {
  return std::move(Bson().append_array("applyOps", operations).append("allowAtomic", false));
}

/// Replaces a user by `document`, or removes it.
Bson change_command(const std::string& id, const std::optional<Bson>& document) {
  if (!document)
    return std::move(Bson()
                         .append("delete", system_users.collection)
                         .append_array("deletes", {Bson().append("q", by_id(id)).append("limit", 1)}));
  const auto update = Bson().append("q", by_id(id)).append("u", *document).append("upsert", true);
  return std::move(Bson().append("update", system_users.collection).append_array("updates", {update}));
}

void throw_write_error(const Bson& reply, const std::string& what) {
  for (const auto& failure : mongo::documents_of(reply.get(), "writeErrors")) {
    const auto code = mongo::number_of(failure.get(), "code");
    if (code == duplicate_key) continue;  // an earlier try whose answer was lost has inserted it
    throw Error(mongo::kind_of_server_code(code), what + ": " + mongo::text_of(failure.get(), "errmsg"));
  }
}

}  // namespace

void AuthSchema::see(mongo::Bytes version_document) {
  const mongo::BsonView view(version_document);
  if (mongo::text_of(view.get(), "_id") == "authSchema") version_ = mongo::number_of(view.get(), "currentVersion");
}

void AuthSchema::check() const {
  if (version_ && *version_ == current) return;
  throw Error(ErrorKind::data,
              "cannot restore users: the dump has them in schema " + (version_ ? std::to_string(*version_) : "1") +
                  ", servers since 4.0 take schema " + std::to_string(current),
              "exclude them with --nsExclude 'admin.system.*' and create them again");
}

Logins::Logins(mongo::Pool& pool, CollectionGuard& guard, const Plan& plan, const Settings& settings,
               const Bson& write_concern, JobContext& context)
    : pool_(pool), guard_(guard), settings_(settings), write_concern_(write_concern), context_(context) {
  for (const auto& target : plan.targets)
    if (target && target->holds_users()) kind(target->role).temporary = target->documents;
}

Logins::~Logins() {
  if (!users_.is_filled && !roles_.is_filled) return;
  try {
    std::unique_ptr<mongo::Pool, mongo::DestroyInBackground> other;
    if (context_.cancel.cancelled()) {
      // The connections of the attempt are already cut.
      auto connection = settings_.connection;
      connection.socket_timeout_s = 1;
      other.reset(new mongo::Pool(connection, CancelToken()));
    }
    const auto client = other ? other->client() : pool_.client();
    for (auto* kind : {&users_, &roles_})
      if (kind->is_filled) drop_temporary(client, *kind);
  } catch (const std::exception& error) {
    context_.log.warn("temporary copies of users and roles are left on the server",
                      {{"collection", users_.is_filled ? users_.temporary->text() : roles_.temporary->text()},
                       {"error", error.what()},
                       {"hint", "the next restore drops them"}});
  }
}

void Logins::begin() {
  const auto status = mongo::persevere(context_, [&] {
    return pool_.client().run("admin", Bson().append("connectionStatus", 1), "cannot reach '" + pool_.hosts() + "'");
  });
  const auto info = mongo::document_of(status.get(), "authInfo");
  for (const auto& user : mongo::documents_of(info.get(), "authenticatedUsers"))
    own_.emplace(mongo::text_of(user.get(), "db") + "." + mongo::text_of(user.get(), "user"), std::nullopt);
}

void Logins::drop_temporary() {
  mongo::persevere(context_, [&] {
    const auto client = pool_.client();
    for (auto* kind : {&users_, &roles_})
      if (kind->temporary && !kind->is_filled) drop_temporary(client, *kind);
  });
}

void Logins::drop_temporary(const mongo::Client& client, Kind& kind) {
  const auto& ns = *kind.temporary;
  if (const auto found = guard_.look(client, ns)) guard_.drop(client, ns, *found, write_concern_);
  kind.is_filled = false;
}

void Logins::take(const Target& target, mongo::Bytes bytes) {
  auto& kind = this->kind(target.role);
  Bson document(bytes);
  const auto db = mongo::text_of(document.get(), "db");
  if (!settings_.db.empty() && db != settings_.db) {
    kind.foreign++;
    kind.foreign_db = db;
    return;
  }
  kind.taken++;
  if (target.role == Role::users) {
    const auto own = own_.find(mongo::text_of(document.get(), "_id"));
    if (own != own_.end()) {
      own->second = std::move(document);
      return;
    }
  }
  kind.held_bytes += bytes.size();
  kind.held.push_back(std::move(document));
  if (kind.held_bytes > max_held_bytes) insert_held(kind);
}

void Logins::create_temporary(Kind& kind) {
  const auto& ns = *kind.temporary;
  const auto command = Bson().append("create", ns.collection).append("writeConcern", write_concern_);
  mongo::persevere(context_, [&] {
    const auto client = pool_.client();
    drop_temporary(client, kind);
    kind.is_filled = true;
    guard_.create(client, ns, true, [&] {
      return client.run(ns.db, command, "cannot create '" + ns.text() + "'", {mongo::namespace_exists});
    });
  });
}

void Logins::insert_held(Kind& kind) {
  if (!kind.is_filled) create_temporary(kind);
  const auto what = "cannot write to '" + kind.temporary->text() + "'";
  for (std::size_t i = 0; i < kind.held.size();) {
    std::vector<Bson> some;
    for (std::size_t bytes = 0; i < kind.held.size() && bytes < max_insert_bytes && some.size() < max_insert_documents;
         i++) {
      bytes += kind.held[i].bytes().size();
      some.push_back(kind.held[i]);
    }
    Bson insert;
    insert.append("insert", kind.temporary->collection).append_array("documents", some);
    insert.append("ordered", false).append("writeConcern", write_concern_);
    mongo::persevere(context_,
                     [&] { throw_write_error(guard_.run(pool_.client(), *kind.temporary, insert, what), what); });
  }
  kind.held.clear();
  kind.held_bytes = 0;
}

void Logins::warn_of_foreign(const Kind& kind) {
  if (kind.taken > 0 || kind.foreign == 0) return;
  context_.log.warn("no " + kind.noun + " of the dump belongs to the database '" + settings_.db +
                        "': " + std::to_string(kind.foreign) + (kind.foreign == 1 ? " is" : " are") + " skipped",
                    {{"database", kind.foreign_db},
                     {"hint", "users and roles belong to their database: restore them with --db=" + kind.foreign_db}});
}

void Logins::merge(bool journal) {
  for (const auto* kind : {&users_, &roles_}) warn_of_foreign(*kind);
  if (!any()) return;
  const auto write_concern = journal ? Bson().append("w", 1).append("j", true) : write_concern_;
  if (users_.taken > 0 && settings_.drop) keep_own_users();
  merge(users_, write_concern);
  merge(roles_, write_concern);
  replay_oplog(write_concern);
  change_own_users(write_concern);
}

/// With --drop the merge removes users that the temporary collection does not have, including our own.
void Logins::keep_own_users() {
  for (const auto& [id, wanted] : own_) {
    if (!settings_.db.empty() && db_of(id) != settings_.db) continue;
    const auto find = Bson().append("find", system_users.collection).append("filter", by_id(id));
    const auto found = mongo::persevere(context_, [&] {
      return pool_.client().run_cursor(system_users.db, find, "cannot read the user '" + id + "'");
    });
    for (const auto& document : found) users_.held.push_back(document);
  }
}

/// Best effort: the merge itself reports what this user is denied.
void Logins::tell_of_removal(const Kind& kind) const try {
  const auto ids = [&](const Namespace& ns, const Bson& filter) {
    const auto find =
        Bson().append("find", ns.collection).append("filter", filter).append("projection", Bson().append("_id", 1));
    std::set<std::string> out;
    for (const auto& document : pool_.client().run_cursor(ns.db, find, "cannot read the " + kind.noun + "s"))
      out.insert(mongo::text_of(document.get(), "_id"));
    return out;
  };
  Bson scope;
  if (!settings_.db.empty()) scope.append("db", settings_.db);
  const auto kept = ids(*kind.temporary, Bson());
  std::vector<std::string> removed;
  for (const auto& id : ids(kind.stored, scope)) {
    const auto own = own_.find(id);
    const bool is_removed_last = &kind == &users_ && own != own_.end() && !own->second;
    if (!kept.contains(id) || is_removed_last) removed.push_back(id);
  }
  if (removed.empty()) return;
  context_.log.info("removing " + kind.noun + "s that are not in the dump",
                    {{kind.noun + "s", removed.size()}, {"names", mongo::listed(removed)}});
} catch (const Error& error) {
  if (error.kind() != ErrorKind::denied) throw;
  context_.log.info("removing " + kind.noun + "s that are not in the dump, which this user cannot count");
}

void Logins::merge(Kind& kind, const Bson& write_concern) {
  // A dump without any user would remove all logins: the official tool skips such a dump too.
  if (kind.taken == 0 || (kind.held.empty() && !kind.is_filled)) return;
  insert_held(kind);
  if (settings_.drop) mongo::persevere(context_, [&] { tell_of_removal(kind); });
  const auto command = Bson()
                           .append("_mergeAuthzCollections", 1)
                           .append(kind.command_field, kind.temporary->text())
                           .append("drop", settings_.drop)
                           .append("db", settings_.db)
                           .append("writeConcern", write_concern);
  mongo::persevere(context_, [&] {
    const auto client = pool_.client();
    guard_.confirm(client, *kind.temporary);
    client.run("admin", command, "cannot merge " + kind.noun + "s");
  });
  mongo::persevere(context_, [&] { drop_temporary(pool_.client(), kind); });
}

void Logins::replay_oplog(const Bson& write_concern) {
  std::vector<Bson> group;
  const auto flush = [&] {
    if (group.empty()) return;
    auto command = apply_command(group);
    command.append("writeConcern", write_concern);
    mongo::persevere(context_, [&] { pool_.client().run("admin", command, "cannot replay the oplog on users"); });
    group.clear();
  };
  for (const auto& operation : later_) {
    const auto id = id_of_operation(operation);
    if (own_.contains(id) && mongo::text_of(operation.get(), "ns") == system_users.text()) {
      own_later_[id].push_back(operation);
      continue;
    }
    group.push_back(operation);
    if (group.size() == max_group_operations) flush();
  }
  flush();
}

/// One command for each, whatever it takes: after it no permission may be needed.
void Logins::change_own_users(const Bson& write_concern) {
  for (const auto& [id, wanted] : own_) {
    const bool in_scope = settings_.db.empty() || db_of(id) == settings_.db;
    const bool changed = wanted || (settings_.drop && users_.taken > 0 && in_scope);
    auto& later = own_later_[id];
    if (!changed && later.empty()) continue;
    if (changed && !later.empty()) later.insert(later.begin(), operation_on_user(id, wanted));
    auto command = later.empty() ? change_command(id, wanted) : apply_command(later);
    command.append("writeConcern", write_concern);
    change_own_user(id, command);
  }
}

void Logins::change_own_user(const std::string& id, const Bson& command) {
  const auto what = "cannot change the user '" + id + "'";
  mongo::persevere(context_, [&] {
    try {
      throw_write_error(pool_.client().run(system_users.db, command, what), what);
    } catch (const Error& error) {
      // Our login worked a moment ago: only the try whose answer was lost can have ended it.
      if (error.kind() == ErrorKind::denied && own_sent_) return;
      own_sent_ = own_sent_ || error.transient();
      throw;
    }
  });
  own_sent_ = true;
  context_.log.warn("the login of this restore now has the password and roles of the dump",
                    {{"user", id}, {"hint", "the next run may need the password of the dump"}});
}

}  // namespace sidekick::restore
