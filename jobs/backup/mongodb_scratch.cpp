#include "backup/mongodb_scratch.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <random>
#include <set>

#include "mongo/archive_reader.hpp"
#include "mongo/client.hpp"
#include "mongo/metadata.hpp"
#include "mongo/persevere.hpp"
#include "mongo/proof.hpp"
#include "restore/restore_job.hpp"

namespace sidekick::backup {

using mongo::Bson;
using mongo::DumpCollection;
using mongo::Namespace;

namespace {

using namespace std::chrono_literals;

constexpr std::string_view prefix = "sidekick_proof_";
constexpr auto dead_after = 24h;

/// The databases to restore under another name; the others belong to the server, not to its data.
bool is_restored(const Namespace& ns) {
  if (ns.db.empty() || ns.db == "config" || ns.db == "local") return false;
  if (ns.collection.starts_with("$admin.")) return false;
  return !ns.collection.starts_with("system.") || (ns.db != "admin" && ns.collection == "system.js");
}

/// A pattern that matches only this name.
std::string escaped(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (c == '*' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// "name: key" of each index.
std::set<std::string> described(const std::vector<Bson>& indexes) {
  std::set<std::string> out;
  for (const auto& index : indexes)
    out.insert(mongo::text_of(index.get(), "name") + ": " + mongo::document_of(index.get(), "key").to_json());
  return out;
}

class ScratchProof {
 public:
  ScratchProof(const mongo::Connection& scratch, const Source::OpenPlain& open, const std::string& name,
               JobContext& context)
      : scratch_(scratch),
        open_(open),
        name_(name),
        context_(context),
        pool_(new mongo::Pool(scratch, context.cancel)) {}

  void run() {
    drop_leftovers();
    count();
    try {
      restore();
      for (std::size_t i = 0; i < collections_.size(); i++) compare(i);
    } catch (const Error& error) {
      drop_own(error);
      throw;
    }
    for (const auto& [db, throwaway] : names_) drop(throwaway);
  }

 private:
  void drop_leftovers() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto list = Bson().append("listDatabases", 1).append("nameOnly", true);
    const auto reply = mongo::persevere(context_, [&] {
      return pool_->client().run("admin", list, "cannot list the databases of the scratch server");
    });
    for (const auto& entry : mongo::documents_of(reply.get(), "databases")) {
      const auto db = mongo::text_of(entry.get(), "name");
      const auto begun = scratch_time(db);
      if (!begun || now - *begun < dead_after) continue;
      context_.log.info("dropping leftovers of an earlier verification in the scratch server", {{"database", db}});
      drop(db);
    }
    names_begin_ = now;
  }

  /// Reads the whole archive: the scratch server must then hold the same.
  void count() {
    mongo::ArchiveReader reader(open_(), name_);
    counts_ = mongo::prove(reader).namespaces;
    collections_ = reader.collections();
    const auto random = static_cast<std::uint32_t>(std::random_device()());
    for (const auto& collection : collections_)
      if (is_restored(collection.ns) && !names_.contains(collection.ns.db))
        names_.emplace(collection.ns.db, scratch_database(names_begin_, random, names_.size()));
  }

  void restore() {
    restore::Settings settings;
    settings.connection = scratch_;
    settings.input = restore::Input::opened;
    settings.path = name_;
    settings.open = [this](const CancelToken&) { return open_(); };
    settings.ns_exclude = {"admin.system.*", "config.*", "local.*"};
    settings.allow_empty = true;
    for (const auto& [db, throwaway] : names_) {
      settings.ns_from.push_back(escaped(db) + ".*");
      settings.ns_to.push_back(throwaway + ".*");
    }
    restore::RestoreJob(settings).run(context_);
  }

  void compare(std::size_t i) {
    const auto& collection = collections_[i];
    if (!is_restored(collection.ns) || collection.type == "view") return;
    const auto metadata = mongo::parse_metadata(collection.metadata, collection.ns);
    if (metadata.options.has("viewOn")) return;
    const bool time_series = collection.type == "timeseries" || metadata.options.has("timeseries");
    const Namespace there{names_.at(collection.ns.db), collection.ns.collection};
    const auto held =
        documents_in(time_series ? Namespace{there.db, std::string(mongo::buckets_prefix) + there.collection} : there);
    if (held != counts_[i].documents)
      throw differs(collection.ns,
                    std::to_string(held) + " documents instead of " + std::to_string(counts_[i].documents));
    if (time_series) return;  // the server lists their indexes in another form than the dump has
    const auto indexes = described(pool_->client().run_cursor(there.db, Bson().append("listIndexes", there.collection),
                                                              "cannot list the indexes"));
    for (const auto& index : described(metadata.indexes))
      if (!indexes.contains(index)) throw differs(collection.ns, "no index " + index);
  }

  Error differs(const Namespace& ns, const std::string& how) const {
    return {ErrorKind::data, "the backup '" + name_ + "' cannot be restored: '" + ns.text() + "' has " + how};
  }

  std::uint64_t documents_in(const Namespace& ns) {
    const auto group = Bson().append("$group", Bson().append("_id", 1).append("n", Bson().append("$sum", 1)));
    const auto found = pool_->client().run_cursor(
        ns.db, Bson().append("aggregate", ns.collection).append_array("pipeline", {group}).append("cursor", Bson()),
        "cannot count '" + ns.text() + "'");
    return found.empty() ? 0 : static_cast<std::uint64_t>(mongo::number_of(found.front().get(), "n"));
  }

  void drop(const std::string& db) {
    pool_->client().run(db, Bson().append("dropDatabase", 1), "cannot drop '" + db + "' of the scratch server");
  }

  /// Best effort after a failure, which is the error to report; a later run drops the rest.
  void drop_own(const Error& failure) {
    if (failure.kind() == ErrorKind::cancelled) return;
    try {
      for (const auto& [db, throwaway] : names_) drop(throwaway);
    } catch (const Error& error) {
      context_.log.warn("the scratch server still holds the restored data: " + error.message());
    }
  }

  const mongo::Connection& scratch_;
  const Source::OpenPlain& open_;
  const std::string& name_;
  JobContext& context_;
  std::unique_ptr<mongo::Pool, mongo::DestroyInBackground> pool_;
  std::chrono::sys_seconds names_begin_{};
  std::vector<DumpCollection> collections_;
  std::vector<mongo::NamespaceCount> counts_;
  std::map<std::string, std::string> names_;  ///< of databases: that in the dump and the throwaway one
};

}  // namespace

std::string scratch_database(std::chrono::sys_seconds now, std::uint32_t random, std::size_t n) {
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), "%llx_%08x_%zu",
                      static_cast<unsigned long long>(now.time_since_epoch().count()), random, n);
  return std::string(prefix) + text.data();
}

std::optional<std::chrono::sys_seconds> scratch_time(std::string_view database) {
  if (!database.starts_with(prefix)) return {};
  database.remove_prefix(prefix.size());
  const auto end = database.find('_');
  if (end == std::string_view::npos) return {};
  std::int64_t seconds = 0;
  const auto parsed = std::from_chars(database.data(), database.data() + end, seconds, 16);
  if (parsed.ec != std::errc() || parsed.ptr != database.data() + end) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

void prove_in_scratch(const mongo::Connection& scratch, const Source::OpenPlain& open, const std::string& name,
                      JobContext& context) {
  ScratchProof(scratch, open, name, context).run();
}

}  // namespace sidekick::backup
