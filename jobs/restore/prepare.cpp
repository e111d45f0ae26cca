#include "restore/prepare.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "mongo/persevere.hpp"
#include "restore/parallel.hpp"
#include "sidekick/error.hpp"

namespace sidekick::restore {

using mongo::Bson;
using mongo::Namespace;

namespace {

bool is_system(const Namespace& ns) {
  return ns.collection.starts_with("system.");
}

std::string kind_of(const Bson& entry) {
  const auto type = mongo::text_of(entry.get(), "type");
  return type.empty() ? "collection" : type;
}

std::string_view kind_of(Role role) {
  if (role == Role::view) return "view";
  return role == Role::time_series ? "timeseries" : "collection";
}

bool keeps_uuid(const Target& target, const Settings& settings) {
  return settings.preserve_uuid && target.metadata.uuid.size() == 32;
}

/// The index on _id where it must be given; otherwise the server creates it, with the collation of the collection.
std::optional<Bson> id_index(const Target& target, const Settings& settings) {
  if (target.role != Role::collection || target.metadata.options.has("clusteredIndex")) return std::nullopt;
  for (const auto& index : target.metadata.indexes) {
    if (!mongo::is_id_index(index)) continue;
    if (settings.keep_index_version) return mongo::index_to_create(index, {.keep_version = true});
    // With applyOps a server would use version 1, which does not support decimal numbers.
    if (keeps_uuid(target, settings)) return std::move(mongo::index_to_create(index, {}).append("v", 2));
  }
  return std::nullopt;
}

Bson create_command(const Target& target, const std::string& collection, const Settings& settings, const Server& server,
                    const Bson& write_concern) {
  Bson command;
  command.append("create", collection);
  bson_iter_t it;
  bson_iter_init(&it, target.metadata.options.get());
  while (bson_iter_next(&it)) {
    const std::string_view key = bson_iter_key(&it);
    if (key == "create" || key == "idIndex") continue;
    if (key != "autoIndexId")
      command.append_value(key, it);
    else if (server.version < ServerVersion{8, 2, 0})
      command.append(key, true);
  }
  if (const auto index = id_index(target, settings)) command.append("idIndex", *index);
  command.append("writeConcern", write_concern);
  return command;
}

// Only applyOps can create a collection with a given UUID.
Bson create_with_uuid(const Target& target, Bson create) {
  std::vector<std::uint8_t> uuid(target.metadata.uuid.size() / 2);
  for (std::size_t i = 0; i < uuid.size(); i++) {
    const char* digits = target.metadata.uuid.data() + 2 * i;
    if (std::from_chars(digits, digits + 2, uuid[i], 16).ptr != digits + 2)
      throw Error(ErrorKind::data, "the metadata of '" + target.ns.text() + "' has no valid uuid");
  }
  Bson plain;
  plain.append_fields(create.get(), [](std::string_view key) { return key != "writeConcern"; });
  Bson operation;
  operation.append("op", "c").append("ns", target.ns.db + ".$cmd");
  bson_append_binary(operation.get(), "ui", -1, BSON_SUBTYPE_UUID, uuid.data(),
                     static_cast<std::uint32_t>(uuid.size()));
  operation.append("o", plain);
  return std::move(Bson().append_array("applyOps", {operation}));
}

void create(const mongo::Client& client, const Target& target, CollectionGuard& guard, const Settings& settings,
            const Server& server, const Bson& write_concern) {
  auto command = create_command(target, target.ns.collection, settings, server, write_concern);
  const bool as_dumped = keeps_uuid(target, settings);
  if (as_dumped) command = create_with_uuid(target, std::move(command));
  // A second restore of the dump uses the same UUID: its collection could not be distinguished from ours.
  guard.create(client, target.ns, !as_dumped, [&] {
    return client.run(target.ns.db, command, "cannot create '" + target.ns.text() + "'", {mongo::namespace_exists});
  });
}

/// The count is that of the collection's statistics, which is cheap; a time series has none.
void tell_of_drop(const mongo::Client& client, const Namespace& ns, const std::string& kind, Log& log) {
  if (kind == "view") return;
  if (kind == "timeseries") return log.info("dropping a time series", {{"collection", ns.text()}});
  try {
    const auto reply = client.run(ns.db, Bson().append("count", ns.collection), "cannot count '" + ns.text() + "'");
    const auto documents = mongo::number_of(reply.get(), "n");
    if (documents > 0) log.info("dropping a collection", {{"collection", ns.text()}, {"documents", documents}});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::denied) throw;
    log.info("dropping a collection whose documents this user cannot count", {{"collection", ns.text()}});
  }
}

void prepare(const mongo::Client& client, const Target& target, CollectionGuard& guard, const Settings& settings,
             const Server& server, const Bson& write_concern, Log& log) {
  const bool drops = settings.drop && !is_system(target.ns);
  const auto found = drops ? guard.look(client, target.ns) : guard.look_or_adopt(client, target.ns);
  if (found && (!drops || !guard.may_drop(target.ns, *found))) {
    if (found->kind != kind_of(target.role))
      throw Error(ErrorKind::data,
                  "cannot restore " + std::string(kind_of(target.role)) + " '" + target.ns.text() + "': a " +
                      found->kind + " of that name exists",
                  "--drop drops it first");
    guard.use(target.ns, *found);
    return;
  }
  if (found) {
    tell_of_drop(client, target.ns, found->kind, log);
    guard.drop(client, target.ns, *found, write_concern);
  }
  create(client, target, guard, settings, server, write_concern);
}

}  // namespace

Existing list_existing(const mongo::Client& client, const Plan& plan) {
  std::set<std::string> databases;
  for (const auto& target : plan.targets)
    if (target && (target->is_created() || target->holds_users())) databases.insert(target->ns.db);
  Existing existing;
  for (const auto& db : databases)
    for (auto& entry :
         client.run_cursor(db, Bson().append("listCollections", 1), "cannot list collections of '" + db + "'"))
      existing.emplace(Namespace{db, mongo::text_of(entry.get(), "name")}, std::move(entry));
  return existing;
}

namespace {

// An empty collection whose name is all its information.
constexpr auto unfinished_mark = "sidekick.unfinished";

bool holds_documents(const mongo::Client& client, const Namespace& ns) {
  const auto find =
      Bson().append("find", ns.collection).append("limit", 1).append("projection", Bson().append("_id", 1));
  return !client.run_cursor(ns.db, find, "cannot look into '" + ns.text() + "'").empty();
}

}  // namespace

bool is_marked(const Existing& existing) {
  return std::ranges::any_of(existing, [](const auto& entry) { return entry.first.collection == unfinished_mark; });
}

std::optional<Namespace> first_not_empty(const mongo::Client& client, const Existing& existing) try {
  if (is_marked(existing)) return std::nullopt;
  for (const auto& [ns, entry] : existing)
    if (kind_of(entry) != "view" && !is_system(ns) && holds_documents(client, ns)) return ns;
  return std::nullopt;
} catch (const Error& error) {
  if (error.kind() != ErrorKind::denied) throw;
  throw Error(ErrorKind::denied, error.message(), "--if-empty must read: grant readWrite on the database");
}

void mark(RestoreMark state, const mongo::Client& client, const Plan& plan, CollectionGuard& guard,
          const Bson& write_concern) {
  std::set<std::string> databases;
  for (const auto& target : plan.targets)
    if (target && target->is_created()) databases.insert(target->ns.db);
  const bool begins = state == RestoreMark::begin;
  for (const auto& db : databases) {
    const Namespace ns{db, unfinished_mark};
    client.run(db, Bson().append(begins ? "create" : "drop", unfinished_mark).append("writeConcern", write_concern),
               std::string("cannot ") + (begins ? "create '" : "drop '") + ns.text() + "'",
               {mongo::namespace_exists, mongo::namespace_not_found});
    // The oplog may drop the database: the mark must then not look like a collection of another process.
    if (begins) guard.look_or_adopt(client, ns);
  }
}

std::optional<Namespace> first_with_documents(const mongo::Client& client, const Plan& plan, const Existing& existing) {
  for (const auto& target : plan.targets) {
    if (!target || !target->is_created() || !existing.contains(target->ns)) continue;
    if (kind_of(existing.at(target->ns)) == "view" || is_system(target->ns)) continue;
    try {
      if (holds_documents(client, target->ns)) return target->ns;
    } catch (const Error& error) {
      // MongoDB's role `restore` can drop what it cannot read.
      if (error.kind() != ErrorKind::denied) throw;
      return target->ns;
    }
  }
  return std::nullopt;
}

void try_options(mongo::Pool& pool, const Plan& plan, const Settings& settings, const Server& server,
                 const Bson& write_concern, JobContext& context) {
  for_each_item(pool, settings.workers, plan.targets.size(), [&](const mongo::Client& client, std::size_t i) {
    const auto& target = plan.targets[i];
    if (!target || !target->is_created() || bson_empty(target->metadata.options.get())) return;
    const Namespace trial{target->ns.db, "sidekick.trial." + std::to_string(i)};
    const auto drop = [&] {
      const auto command = Bson().append("drop", trial.collection).append("writeConcern", write_concern);
      client.run(trial.db, command, "cannot drop '" + trial.text() + "'",
                 {mongo::namespace_not_found, mongo::unauthorized});
    };
    mongo::persevere(context, [&] {
      drop();
      // Without permission to create this name, the real one may still be created.
      client.run(trial.db, create_command(*target, trial.collection, settings, server, write_concern),
                 "cannot create '" + target->ns.text() + "'", {mongo::namespace_exists, mongo::unauthorized});
      drop();
    });
  });
}

void prepare_collections(mongo::Pool& pool, const Plan& plan, CollectionGuard& guard, const Settings& settings,
                         const Server& server, const Bson& write_concern, JobContext& context) {
  std::vector<const Target*> collections;
  std::vector<const Target*> views;
  for (const auto& target : plan.targets) {
    if (!target || !target->is_created()) continue;
    (target->role == Role::view ? views : collections).push_back(&*target);
  }
  const auto prepare_all = [&](const std::vector<const Target*>& targets) {
    for_each_item(pool, settings.workers, targets.size(), [&](const mongo::Client& client, std::size_t i) {
      mongo::persevere(context,
                       [&] { prepare(client, *targets[i], guard, settings, server, write_concern, context.log); });
    });
  };
  prepare_all(collections);
  prepare_all(views);
}

}  // namespace sidekick::restore
