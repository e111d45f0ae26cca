#include "dump/catalogue.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

#include "dump/metadata.hpp"
#include "dump/names.hpp"
#include "mongo/pattern.hpp"
#include "sidekick/error.hpp"

namespace sidekick::dump {

using mongo::Bson;
using mongo::Namespace;

namespace {

bool is_auth(std::string_view collection) {
  return collection == "system.users" || collection == "system.roles" || collection == "system.version";
}

void make_collection_of(CollectionInfo& view) {
  Bson options;
  options.append_fields(view.options.get(), [](std::string_view key) { return key != "viewOn" && key != "pipeline"; });
  view.options = std::move(options);
  view.type = "collection";
}

/// A query on a time series can only use its meta field, which buckets call "meta".
Bson query_on_buckets(const Bson& query, const CollectionInfo& info) {
  const auto meta_field = mongo::text_of(mongo::document_of(info.options.get(), "timeseries").get(), "metaField");
  Bson out;
  bson_iter_t it;
  if (!bson_iter_init(&it, query.get())) return out;
  while (bson_iter_next(&it)) {
    const std::string_view key = bson_iter_key(&it);
    const auto first = key.substr(0, key.find('.'));
    if (meta_field.empty() || first != meta_field)
      throw Error(ErrorKind::config,
                  "--query uses '" + std::string(key) + "' of the time series '" + info.name +
                      "': only its meta field can be queried",
                  meta_field.empty() ? "it has none" : "its meta field is '" + meta_field + "'");
    out.append_value("meta" + std::string(key.substr(first.size())), it);
  }
  return out;
}

/// Lists with the same client, server and settings throughout.
class Listing final {
 public:
  Listing(const mongo::Client& client, const Server& server, const Settings& settings)
      : client_(client), server_(server), settings_(settings) {
    if (!settings.query.empty()) query_ = Bson::from_json(settings.query, "--query");
  }

  std::vector<std::string> databases() const {
    if (!settings_.db.empty()) return {settings_.db};
    const auto command = Bson().append("listDatabases", 1).append("nameOnly", true);
    const auto reply = run_on(client_, server_, "admin", command, "cannot list databases");
    std::vector<std::string> out;
    for (const auto& listed : mongo::documents_of(reply.get(), "databases"))
      if (auto name = mongo::text_of(listed.get(), "name"); !is_left_out(name)) out.push_back(std::move(name));
    return out;
  }

  std::vector<Item> items_of(const std::string& db) const {
    auto command = Bson().append("listCollections", 1);
    if (!settings_.collection.empty()) command.append("filter", Bson().append("name", settings_.collection));
    std::vector<Item> out;
    for (const auto& listed : run_cursor_on(client_, server_, db, command, "cannot list collections of '" + db + "'")) {
      CollectionInfo info(listed);
      const Namespace ns{db, info.name};
      if (settings_.collection.empty() && is_left_out(ns)) continue;
      if (is_excluded(settings_, info.name) || !is_selected(settings_, ns)) continue;
      if (settings_.collection.empty() && settings_.views_as_collections && info.type != "view") continue;
      if (auto item = item_of(ns, std::move(info))) out.push_back(std::move(*item));
    }
    return out;
  }

 private:
  std::optional<Item> item_of(const Namespace& ns, CollectionInfo info) const {
    Item item;
    item.ns = item.read_ns = item.documents_ns = ns;
    item.filter = query_;
    item.natural_order = query_.empty();
    std::vector<Bson> indexes;
    if (info.type == "view") {
      item.has_documents = settings_.views_as_collections;
      item.natural_order = false;
      if (settings_.views_as_collections) make_collection_of(info);
    } else {
      auto listed = indexes_of(ns);
      if (!listed) return std::nullopt;
      indexes = std::move(*listed);
    }
    if (info.type == "timeseries") {
      item.read_ns.collection = item.documents_ns.collection = std::string(mongo::buckets_prefix) + ns.collection;
      if (!query_.empty()) item.filter = query_on_buckets(query_, info);
    }
    item.type = info.type;
    item.uuid = info.uuid;
    item.capped = mongo::truth_of(info.options.get(), "capped");
    item.indexes = indexes.size();
    item.metadata = metadata_json(info, indexes);
    if (item.has_documents && item.natural_order) item.estimate = estimate_of(item.read_ns);
    if (ns.db == "admin" && is_auth(ns.collection)) item.role = Item::Role::auth;
    return item;
  }

  /// Nothing where the collection was dropped meanwhile.
  std::optional<std::vector<Bson>> indexes_of(const Namespace& ns) const {
    const auto command = Bson().append("listIndexes", ns.collection);
    return try_cursor_on(client_, server_, ns.db, command, "cannot list indexes of '" + ns.text() + "'");
  }

  /// A user with read access need not be allowed to run this command.
  std::optional<Estimate> estimate_of(const Namespace& ns) const {
    try {
      const auto stats = run_on(client_, server_, ns.db, Bson().append("collStats", ns.collection),
                                "cannot ask for the size of '" + ns.text() + "'");
      const auto number = [&](const char* key) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(0, mongo::number_of(stats.get(), key)));
      };
      return Estimate{number("count"), number("size")};
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::denied && error.kind() != ErrorKind::data) throw;
      return std::nullopt;
    }
  }

  const mongo::Client& client_;
  const Server& server_;
  const Settings& settings_;
  Bson query_;
};

/// The users and roles of one database are in admin; a dump of that database stores them under its own names.
std::vector<Item> users_of(const std::string& db) {
  std::vector<Item> out;
  for (const std::string name : {"system.users", "system.roles", "system.version"}) {
    Item item;
    item.ns = item.documents_ns = {db, "$admin." + name};
    item.read_ns = {"admin", name};
    if (name != "system.version") item.filter.append("db", db);
    item.natural_order = item.filter.empty();
    item.role = Item::Role::auth;
    out.push_back(std::move(item));
  }
  return out;
}

/// Collections that exist on a server that was never written to.
bool is_of_any_server(const Item& item) {
  return item.ns.db == "config" || (item.ns.db == "admin" && item.ns.collection == "system.version");
}

Error nothing_there(const Settings& settings) {
  if (!settings.collection.empty())
    return {ErrorKind::no_input, "there is no collection '" + settings.db + "." + settings.collection + "'",
            "--allow-empty makes an empty dump"};
  if (!settings.db.empty())
    return {ErrorKind::no_input, "database '" + settings.db + "' holds nothing to dump",
            "--allow-empty makes an empty dump"};
  return {ErrorKind::no_input, "the server holds nothing to dump", "--allow-empty makes an empty dump"};
}

/// A misspelt pattern would silently leave data out of a backup.
void require_matches(const std::vector<Item>& items, const Settings& settings) {
  for (const auto& text : settings.ns_include) {
    const mongo::Pattern pattern(text);
    if (std::ranges::any_of(items, [&](const Item& item) { return pattern.matches(item.ns.text()); })) continue;
    throw Error(ErrorKind::no_input, "--nsInclude '" + text + "' matches no collection",
                "write patterns such as shop.* or *.orders; --allow-empty accepts a pattern without a match");
  }
}

}  // namespace

std::vector<Item> list_items(const mongo::Client& client, const Server& server, const Settings& settings) {
  const Listing listing(client, server, settings);
  std::vector<Item> out;
  for (const auto& db : listing.databases()) {
    auto items = listing.items_of(db);
    std::ranges::move(items, std::back_inserter(out));
  }
  if (!settings.allow_empty) require_matches(out, settings);
  if (!settings.allow_empty && std::ranges::all_of(out, is_of_any_server)) throw nothing_there(settings);
  if (settings.users_and_roles && settings.db != "admin") {
    auto items = users_of(settings.db);
    std::ranges::move(items, std::back_inserter(out));
  }
  std::vector<Item> ordered;
  for (const auto& item : out)
    if (item.role == Item::Role::auth) ordered.push_back(item);
  for (auto& item : out)
    if (item.role != Item::Role::auth) ordered.push_back(std::move(item));
  out = std::move(ordered);
  if (settings.oplog) {
    Item oplog;
    oplog.ns = oplog.documents_ns = {"", "oplog"};
    oplog.read_ns = {"local", "oplog.rs"};
    oplog.natural_order = false;
    oplog.role = Item::Role::oplog;
    out.push_back(std::move(oplog));
  }
  return out;
}

void check_not_renamed(const mongo::Client& client, const Server& server, const std::vector<Item>& items) {
  std::map<std::string, std::map<std::string, std::string>> listed;
  for (const auto& item : items)
    if (!item.uuid.empty()) listed[item.ns.db].emplace(item.uuid, item.ns.collection);
  for (const auto& [db, names] : listed) {
    const auto command = Bson().append("listCollections", 1);
    for (const auto& entry : run_cursor_on(client, server, db, command, "cannot list collections of '" + db + "'")) {
      const CollectionInfo info(entry);
      const auto before = names.find(info.uuid);
      if (before == names.end() || before->second == info.name) continue;
      throw Error(ErrorKind::unavailable,
                  "collection '" + db + "." + before->second + "' was renamed during the dump, to '" + info.name + "'",
                  "dump again after that has finished");
    }
  }
}

}  // namespace sidekick::dump
