#include "dump/dump_run.hpp"

#include "sidekick/error.hpp"

namespace sidekick::dump {

using mongo::Bson;

namespace {

Error cannot(const std::string& flag, const std::string& cause, const std::string& hint) {
  return {ErrorKind::config, flag + " is not possible: " + cause, hint};
}

}  // namespace

DumpRun::DumpRun(const Settings& settings, JobContext& context)
    : settings_(settings),
      context_(context),
      pool_owner_(new mongo::Pool(settings.connection, context.cancel)),
      pool_(*pool_owner_) {}

void DumpRun::open() {
  server_ = find_server(pool_, parse_read_preference(settings_.read_preference, pool_.uri()), context_);
  check_consistency();
  // Before the collections are listed: a collection created later is then in the oplog.
  begin_consistency();
  items_ = list_items(pool_.client(), server_, settings_);
  expected_documents_ = 0;
  for (const auto& item : items_) {
    // The server's own error looks transient.
    if (settings_.snapshot && item.capped)
      throw cannot("--snapshot", "'" + item.ns.text() + "' is capped, and capped collections keep no history",
                   "use --oplog");
    counts_.push_back({item.ns, item.type, 0, 0, item.indexes});
    if (!item.has_documents || item.role == Item::Role::oplog) continue;
    if (!item.estimate)
      expected_documents_.reset();
    else if (expected_documents_)
      *expected_documents_ += item.estimate->documents;
  }
}

void DumpRun::check_consistency() const {
  if (settings_.oplog && server_.sharded)
    throw cannot("--oplog", "'" + server_.name + "' is a mongos, which has no oplog", "dump each shard separately");
  if (settings_.oplog && !server_.replica_set)
    throw cannot("--oplog", "'" + server_.name + "' is a standalone, which has no oplog",
                 "omit it, or make the server a replica set of one member");
  if (!settings_.snapshot) return;
  if (!server_.at_least(5, 0))
    throw cannot("--snapshot", "server " + server_.version + " is older than 5.0", "use --oplog");
  if (!server_.replica_set && !server_.sharded)
    throw cannot("--snapshot", "'" + server_.name + "' is a standalone, which keeps no history",
                 "omit it, or make the server a replica set of one member");
}

void DumpRun::begin_consistency() {
  const auto client = pool_.client();
  if (settings_.oplog) oplog_start_ = oplog_start(client, server_);
  if (!settings_.snapshot) return;
  const auto reply = run_on(client, server_, "admin", Bson().append("ping", 1), "cannot get the cluster time");
  const auto now = mongo::find(reply.get(), "operationTime");
  if (!now) throw cannot("--snapshot", "the server has no cluster time", "use --oplog");
  read_concern_.append("level", "snapshot").append_value("atClusterTime", *now);
}

mongo::ArchiveHeader DumpRun::header(Counts counts) const {
  mongo::ArchiveHeader out{.concurrent_collections = settings_.parallel_collections,
                           .server_version = server_.version,
                           .tool_version = settings_.tool_version,
                           .extension = {}};
  if (const auto time = mongo::find(read_concern_.get(), "atClusterTime"))
    out.extension.append_value("snapshot", *time);
  if (counts == Counts::left_out) return out;
  const auto so_far = report();
  out.extension.append("documents", static_cast<std::int64_t>(so_far.documents))
      .append("bytes", static_cast<std::int64_t>(so_far.bytes));
  return out;
}

mongo::ArchiveHeader DumpRun::final_header() const {
  return header(Counts::reserved);
}

Report DumpRun::write(Output& output, Counts counts) {
  output.begin(header(counts), items_);
  std::vector<std::size_t> first;
  std::vector<std::size_t> empty;
  std::vector<std::size_t> rest;
  std::optional<std::size_t> oplog;
  for (std::size_t i = 0; i < items_.size(); i++) {
    if (items_[i].role == Item::Role::oplog)
      oplog = i;
    else if (items_[i].role == Item::Role::auth)
      first.push_back(i);
    else if (!items_[i].has_documents)
      empty.push_back(i);
    else
      rest.push_back(i);
  }
  // The contents of users, roles and versions must be known first, also before empty collections.
  read(first, output);
  for (const auto i : empty) ended(i, output);
  read(rest, output);
  if (oplog)
    read_oplog(*oplog, output);
  else if (!settings_.snapshot)
    check_not_renamed(pool_.client(), server_, items_);
  output.finish();
  return report();
}

void DumpRun::read(std::span<const std::size_t> which, Output& output) {
  const Receiver receiver{[&](std::size_t item, const Batch& batch) { took(item, batch, output); },
                          [&](std::size_t item) { ended(item, output); }};
  read_items(pool_, server_, items_, which, {settings_.parallel_collections, read_concern_}, receiver, context_);
}

void DumpRun::read_oplog(std::size_t item, Output& output) {
  const auto client = pool_.client();
  items_[item].filter = entries_between(*oplog_start_, newest_entry(client, server_));
  check_not_rolled_over(client, server_, *oplog_start_);
  try {
    read(std::span(&item, 1), output);
  } catch (const Error& error) {
    // When the oplog rolls over, the cursor is lost: report the roll-over as the cause.
    if (error.kind() == ErrorKind::unavailable && !context_.cancel.cancelled())
      check_not_rolled_over(client, server_, *oplog_start_);
    throw;
  }
  check_not_rolled_over(client, server_, *oplog_start_);
}

void DumpRun::took(std::size_t item, const Batch& batch, Output& output) {
  if (items_[item].role == Item::Role::oplog) check_entries(batch);
  output.write(item, batch.documents);
  counts_[item].documents += batch.count;
  counts_[item].bytes += batch.documents.size();
  documents_ += batch.count;
  context_.status.progress({documents_, expected_documents_, "documents"});
}

void DumpRun::ended(std::size_t item, Output& output) {
  output.end(item);
  context_.log.debug("dumped", {{"collection", counts_[item].ns.text()}, {"documents", counts_[item].documents}});
}

Report DumpRun::report() const {
  Report out;
  out.server_version = server_.version;
  out.oplog = settings_.oplog;
  out.consistent = settings_.oplog || settings_.snapshot;
  for (std::size_t i = 0; i < items_.size(); i++) {
    if (items_[i].role == Item::Role::oplog) {
      out.oplog_entries = counts_[i].documents;
      continue;
    }
    out.collections.push_back(counts_[i]);
    out.documents += counts_[i].documents;
    out.bytes += counts_[i].bytes;
  }
  return out;
}

}  // namespace sidekick::dump
