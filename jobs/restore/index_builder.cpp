#include "restore/index_builder.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "mongo/persevere.hpp"
#include "restore/parallel.hpp"

namespace sidekick::restore {

using mongo::Bson;
using mongo::Namespace;

namespace {

std::string name_of(const Bson& index) {
  return mongo::text_of(index.get(), "name");
}

bool is_meant(const Bson& index, const Bson& change) {
  if (change.has("name")) return name_of(index) == mongo::text_of(change.get(), "name");
  return bson_equal(mongo::document_of(index.get(), "key").get(), mongo::document_of(change.get(), "keyPattern").get());
}

Bson create_indexes_command(const Namespace& ns, const IndexCatalog::Entry& entry, const Settings& settings,
                            const Server& server, const Bson& write_concern) {
  const mongo::IndexRules rules{settings.keep_index_version, settings.convert_legacy_indexes,
                                settings.fix_dotted_hash_indexes, entry.collation, entry.time_series};
  std::vector<Bson> specs;
  specs.reserve(entry.indexes.size());
  for (const auto& index : entry.indexes) specs.push_back(mongo::index_to_create(index, rules));
  Bson command;
  command.append("createIndexes", ns.collection).append_array("indexes", specs);
  command.append("ignoreUnknownIndexOptions", true).append("writeConcern", write_concern);
  // By default the server waits for every voting member, and for ever when one is away.
  if (server.replica_set && server.version >= ServerVersion{4, 4, 0}) command.append("commitQuorum", "majority");
  return command;
}

/// A server that rejects one index builds none of the command: each then gets its own command.
void build_as_far_as_possible(const IndexCatalog::Entry& entry,
                              const std::function<void(const IndexCatalog::Entry&)>& build) {
  try {
    return build(entry);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data || entry.indexes.size() == 1) throw;
  }
  std::optional<Error> first_refused;
  for (const auto& index : entry.indexes) try {
      build({{index}, entry.collation, entry.time_series});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data) throw;
      if (!first_refused) first_refused = error;
    }
  if (first_refused) throw Error(*first_refused);
}

}  // namespace

IndexCatalog::IndexCatalog(const Plan& plan) {
  for (const auto& target : plan.targets) {
    if (!target || !target->is_created() || target->role == Role::view) continue;
    auto& entry = entries_[target->ns];
    entry.collation = target->metadata.options.has("collation");
    entry.time_series = target->role == Role::time_series;
    add(target->ns, target->metadata.indexes);
  }
}

void IndexCatalog::add(const Namespace& ns, const std::vector<Bson>& indexes) {
  auto& entry = entries_[ns];
  for (const auto& index : indexes) {
    if (mongo::is_id_index(index) || mongo::truth_of(index.get(), "clustered")) continue;
    std::erase_if(entry.indexes, [&](const Bson& other) { return name_of(other) == name_of(index); });
    entry.indexes.push_back(index);
  }
}

void IndexCatalog::remove(const Namespace& ns, const std::string& name) {
  std::erase_if(entries_[ns].indexes, [&](const Bson& index) { return name == "*" || name_of(index) == name; });
}

void IndexCatalog::modify(const Namespace& ns, const Bson& change) {
  for (auto& index : entries_[ns].indexes) {
    if (!is_meant(index, change)) continue;
    Bson changed;
    changed.append_fields(index.get(),
                          [&](std::string_view key) { return key == "name" || key == "key" || !change.has(key); });
    changed.append_fields(change.get(),
                          [](std::string_view key) { return key == "expireAfterSeconds" || key == "hidden"; });
    index = changed;
  }
}

void IndexCatalog::create(const Namespace& ns, const Bson& options) {
  auto& entry = entries_[ns];
  entry.collation = options.has("collation");
  entry.time_series = options.has("timeseries");
}

void IndexCatalog::drop(const Namespace& ns) {
  entries_.erase(ns);
}

void IndexCatalog::drop_database(const std::string& db) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.first.db == db; });
}

void IndexCatalog::rename(const Namespace& from, const Namespace& to) {
  auto node = entries_.extract(from);
  if (node.empty()) return;
  entries_.erase(to);
  node.key() = to;
  entries_.insert(std::move(node));
}

std::size_t build_indexes(mongo::Pool& pool, const IndexCatalog& catalog, CollectionGuard& guard,
                          const Settings& settings, const Server& server, const Bson& write_concern,
                          JobContext& context) {
  std::vector<const std::pair<const Namespace, IndexCatalog::Entry>*> work;
  std::size_t count = 0;
  for (const auto& item : catalog.entries()) {
    if (item.second.indexes.empty()) continue;
    work.push_back(&item);
    count += item.second.indexes.size();
  }
  for_each_item(pool, settings.workers, work.size(), [&](const mongo::Client& client, std::size_t i) {
    const auto& ns = work[i]->first;
    const auto build = [&](const IndexCatalog::Entry& entry) {
      const auto command = create_indexes_command(ns, entry, settings, server, write_concern);
      const auto what = "cannot build the indexes of '" + ns.text() + "'";
      mongo::persevere(context, [&] { guard.run(client, ns, command, what); });
    };
    build_as_far_as_possible(work[i]->second, build);
  });
  return count;
}

}  // namespace sidekick::restore
