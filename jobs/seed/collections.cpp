#include "seed/collections.hpp"

#include <map>

#include "restore/collection_guard.hpp"

namespace sidekick::seed {

using mongo::Bson;

namespace {

// An older server ignores `collectionUUID` and takes `dropTarget` for true.
constexpr std::int32_t first_that_compares_uuids = 17;

Bson durable() {
  return std::move(Bson().append("w", "majority").append("j", true));
}

bool is_empty(const mongo::Client& client, const Namespace& ns) {
  const auto find = Bson()
                        .append("find", ns.collection)
                        .append("limit", 1)
                        .append("singleBatch", true)
                        .append("projection", Bson().append("_id", 1));
  return client.run_cursor(ns.db, find, "cannot look into '" + ns.text() + "'").empty();
}

Bson filter_of(const std::vector<std::string>& names) {
  Bson in;
  for (std::size_t i = 0; i < names.size(); i++) in.append(std::to_string(i), names[i]);
  Bson any;
  bson_append_array(any.get(), "$in", -1, in.get());
  return std::move(Bson().append("name", any));
}

}  // namespace

Seen Collections::look(const Look& look) {
  std::map<std::string, std::vector<std::string>> by_database;
  for (const auto& ns : look.names) {
    auto& names = by_database[ns.db];
    names.push_back(ns.collection);
    names.push_back(std::string(mongo::buckets_prefix) + ns.collection);
  }
  const auto client = pool_.client();
  Seen seen;
  for (const auto& [db, names] : by_database) {
    const auto command = Bson().append("listCollections", 1).append("filter", filter_of(names));
    const auto listed = client.run_cursor(db, command, "cannot list collections of '" + db + "'");
    for (const auto& [ns, there] : restore::server_collections(db, listed)) {
      if (ns.collection.starts_with(mongo::buckets_prefix)) continue;
      const bool asks = look.what == Look::For::documents && there.kind == "collection";
      seen[ns] = {there.kind, there.uuid, asks && is_empty(client, ns)};
    }
  }
  return seen;
}

bool Collections::is_as_planned(const Rename& rename) {
  const auto& move = rename.move;
  const auto seen = look({{move.from, move.to}, Look::For::documents});
  const auto from = seen.find(move.from);
  const auto to = seen.find(move.to);
  if (from == seen.end() || from->second.uuid != move.uuid) return false;
  if (to == seen.end()) return true;
  return !rename.drops.empty() && to->second.uuid == rename.drops && (!move.only_empty || to->second.empty);
}

bool Collections::rename(const Rename& rename) {
  const auto& move = rename.move;
  const bool drops = !rename.drops.empty();
  const bool server_compares = wire_version_ >= first_that_compares_uuids;
  // No server checks that a collection is empty.
  if ((!server_compares || move.only_empty) && !is_as_planned(rename)) return false;
  if (drops && !move.only_empty)
    log_.warn("dropping the present collection", {{"collection", move.to.text()}, {"documents", estimate(move.to)}});
  auto command = Bson().append("renameCollection", move.from.text()).append("to", move.to.text());
  if (drops && server_compares)
    restore::append_uuid(command, "dropTarget", rename.drops);
  else
    command.append("dropTarget", drops);
  if (server_compares) restore::append_uuid(command, "collectionUUID", move.uuid);
  command.append("writeConcern", durable());
  const auto reply =
      pool_.client().run("admin", command, "cannot put '" + move.to.text() + "' in place",
                         {mongo::namespace_exists, mongo::namespace_not_found, restore::collection_uuid_mismatch});
  return !reply.has("code");
}

void Collections::drop(const Namespace& ns) {
  const auto command = Bson().append("drop", ns.collection).append("writeConcern", durable());
  pool_.client().run(ns.db, command, "cannot drop '" + ns.text() + "'", {mongo::namespace_not_found});
}

void Collections::create(const View& view) {
  const auto what = "cannot create the view '" + view.ns.text() + "'";
  const auto options = Bson::from_json(view.options, what);
  auto command = Bson().append("create", view.ns.collection);
  command.append_fields(options.get(), [](std::string_view) { return true; }).append("writeConcern", durable());
  pool_.client().run(view.ns.db, command, what, {mongo::namespace_exists});
}

std::uint64_t Collections::estimate(const Namespace& ns) {
  const auto reply =
      pool_.client().run(ns.db, Bson().append("count", ns.collection), "cannot count '" + ns.text() + "'");
  return static_cast<std::uint64_t>(mongo::number_of(reply.get(), "n"));
}

std::uint64_t Collections::count(const Namespace& ns) {
  const auto group = Bson().append("$group", Bson().append("_id", 1).append("n", Bson().append("$sum", 1)));
  const auto command =
      Bson().append("aggregate", ns.collection).append_array("pipeline", {group}).append("cursor", Bson());
  const auto counted = pool_.client().run_cursor(ns.db, command, "cannot count '" + ns.text() + "'");
  return counted.empty() ? 0 : static_cast<std::uint64_t>(mongo::number_of(counted.front().get(), "n"));
}

std::vector<std::string> Collections::indexes(const Namespace& ns) {
  std::vector<std::string> out;
  const auto command = Bson().append("listIndexes", ns.collection);
  for (const auto& index : pool_.client().run_cursor(ns.db, command, "cannot list indexes of '" + ns.text() + "'"))
    out.push_back(mongo::text_of(index.get(), "name"));
  return out;
}

}  // namespace sidekick::seed
