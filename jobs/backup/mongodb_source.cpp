#include "backup/mongodb_source.hpp"

#include <algorithm>
#include <charconv>

#include "backup/mongodb_scratch.hpp"
#include "dump/dump_job.hpp"
#include "dump/server.hpp"
#include "mongo/archive_reader.hpp"
#include "mongo/proof.hpp"
#include "mongo/uri.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::backup {

namespace {

constexpr int first_with_snapshots = 5;

int major_of(const std::string& version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

std::string database_of(const mongoc_uri_t* uri) {
  const char* name = mongoc_uri_get_database(uri);
  return name ? name : "";
}

/// Records whether anything was written.
class CountingSink final : public filters::Sink {
 public:
  explicit CountingSink(filters::Sink& next) : next_(next) {}
  void write(std::span<const std::uint8_t> bytes) override {
    bytes_ += bytes.size();
    next_.write(bytes);
  }
  void finish() override { next_.finish(); }
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  filters::Sink& next_;
  std::uint64_t bytes_ = 0;
};

class MongodbBackup final : public Source {
 public:
  explicit MongodbBackup(MongodbSource settings)
      : settings_(std::move(settings)), where_(redact_url(settings_.connection.uri.reveal())) {
    const auto uri = mongo::connection_uri(settings_.connection);
    db_ = database_of(uri.get());
    if (settings_.scratch) (void)mongo::connection_uri(*settings_.scratch);
  }

  const std::string& where() const noexcept override { return where_; }
  std::string_view kind() const noexcept override { return "mongodb"; }
  std::string_view extension() const noexcept override { return "archive"; }

  SourceSummary write_to(filters::Sink& sink, JobContext& context) override {
    const auto deployment = dump::ask_deployment(settings_.connection, context);
    if (!outlived_) no_snapshot_.clear();
    const auto report = write(dump_settings(deployment), sink, context);
    SourceSummary out;
    out.items = report.documents;
    out.unit = "documents";
    for (const auto& collection : report.collections)
      out.collections.push_back({collection.ns.text(), collection.documents});
    out.consistent = report.consistent;
    out.oplog = report.oplog;
    out.server_version = report.server_version;
    if (!report.consistent) out.warnings.push_back(why_inconsistent(deployment));
    return out;
  }

  SourceSummary prove(std::unique_ptr<filters::Source> plain, const std::string& name,
                      const CancelToken&) const override {
    mongo::ArchiveReader reader(std::move(plain), name);
    mongo::check_collections(reader);
    const auto proof = mongo::prove(reader);
    SourceSummary out;
    out.items = proof.documents;
    out.unit = "documents";
    for (const auto& part : proof.namespaces)
      if (!mongo::is_oplog(part.ns)) out.collections.push_back({part.ns.text(), part.documents});
    out.oplog = proof.oplog;
    out.server_version = proof.server_version;
    return out;
  }

  bool restore_to_scratch(const OpenPlain& open, const storage::Manifest& manifest, JobContext& context) override {
    if (!settings_.scratch) return false;
    prove_in_scratch(*settings_.scratch, open, manifest.name, context);
    return true;
  }

 private:
  /// Falls back to a dump without a snapshot if the user did not ask for one and this database does not support it.
  dump::Report write(dump::Settings dump, filters::Sink& sink, JobContext& context) {
    const bool may_do_without = dump.snapshot && settings_.moment == MongodbSource::Moment::by_deployment;
    if (may_do_without && outlived_) dump.snapshot = false;
    CountingSink counted(sink);
    try {
      return dump::write_archive(dump, counted, context);
    } catch (const Error& error) {
      if (may_do_without && dump.snapshot && dump::is_history_gone(error)) {
        // The next snapshot would expire as well: such a slow database would never be backed up.
        outlived_ = true;
        no_snapshot_ = error.message() + " (" + error.hint() + ")";
        throw Error(ErrorKind::unavailable, error.message() + ": the next attempt uses no snapshot", error.hint());
      }
      if (!may_do_without || error.kind() != ErrorKind::config || counted.bytes() > 0) throw;
      no_snapshot_ = error.message();
      dump.snapshot = false;
      return dump::write_archive(dump, counted, context);
    }
  }

  dump::Settings dump_settings(const dump::Deployment& deployment) const {
    dump::Settings out;
    out.connection = settings_.connection;
    out.db = db_;
    out.ns_include = settings_.ns_include;
    out.ns_exclude = settings_.ns_exclude;
    out.allow_empty = settings_.empty == EmptySource::allowed;
    out.parallel_collections = settings_.parallel_collections;
    out.tool_version = settings_.tool_version;
    out.snapshot = settings_.moment == MongodbSource::Moment::snapshot;
    if (out.snapshot || !deployment.replica_set) return out;
    // The oplog covers all namespaces, so it is dumped only with all of them.
    out.oplog = db_.empty() && settings_.ns_include.empty() && settings_.ns_exclude.empty();
    out.snapshot = !out.oplog && major_of(deployment.server_version) >= first_with_snapshots;
    return out;
  }

  std::string why_inconsistent(const dump::Deployment& deployment) const {
    if (deployment.sharded)
      return "the collections may be of different points in time: a sharded cluster has no single oplog";
    if (!no_snapshot_.empty()) return "the collections may be of different moments: " + no_snapshot_;
    if (deployment.replica_set)
      return "the collections may be of different points in time: a part of the namespaces has no oplog of its own, "
             "and snapshots need MongoDB 5.0";
    return "the collections may be of different points in time: a standalone has no oplog (a replica set of one member "
           "has one)";
  }

  const MongodbSource settings_;
  const std::string where_;
  std::string db_;
  std::string no_snapshot_;  ///< why the last write_to() used none
  bool outlived_ = false;    ///< a dump outlived the history of the server, so snapshots are not tried again
};

}  // namespace

std::unique_ptr<Source> mongodb_source(MongodbSource settings) {
  return std::make_unique<MongodbBackup>(std::move(settings));
}

std::string mongodb_job_name(const mongo::Connection& connection) {
  const auto uri = mongo::connection_uri(connection);
  if (auto db = database_of(uri.get()); !db.empty()) return db;
  const auto hosts = mongo::describe_hosts(uri.get());
  const auto first = hosts.substr(0, hosts.find_first_of(".:,"));
  const bool is_address = first.empty() || hosts.starts_with('[') ||
                          std::ranges::all_of(first, [](char c) { return c >= '0' && c <= '9'; });
  return is_address ? "mongodb" : first;
}

}  // namespace sidekick::backup
