#include "dump/dump_run.hpp"

#include "sidekick/error.hpp"

namespace sidekick::dump {

using mongo::Bson;

DumpRun::DumpRun(const Settings& settings, JobContext& context)
    : settings_(settings),
      context_(context),
      pool_owner_(new mongo::Pool(settings.connection, context.cancel)),
      pool_(*pool_owner_) {}

void DumpRun::open() {
  server_ = find_server(pool_, parse_read_preference(settings_.read_preference, pool_.uri()), context_);
  items_ = list_items(pool_.client(), server_, settings_);
  expected_documents_ = 0;
  for (const auto& item : items_) {
    counts_.push_back({item.ns, 0, 0, item.indexes});
    if (!item.has_documents || item.role == Item::Role::oplog) continue;
    if (!item.estimate)
      expected_documents_.reset();
    else if (expected_documents_)
      *expected_documents_ += item.estimate->documents;
  }
}

mongo::ArchiveHeader DumpRun::header(const Report* report) const {
  mongo::ArchiveHeader out{.concurrent_collections = settings_.parallel_collections,
                           .server_version = server_.version,
                           .tool_version = settings_.tool_version,
                           .extension = {}};
  const auto number = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
  // As long with the counts as without them, so that they can be put in afterwards.
  if (report != nullptr)
    out.extension.append("documents", number(report->documents)).append("bytes", number(report->bytes));
  return out;
}

Report DumpRun::write(Output& output) {
  output.begin(header(nullptr), items_);
  std::vector<std::size_t> first;
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < items_.size(); i++) {
    if (!items_[i].has_documents)
      ended(i, output);
    else if (items_[i].role == Item::Role::auth)
      first.push_back(i);
    else
      rest.push_back(i);
  }
  read(first, output);
  read(rest, output);
  output.finish();
  Report report;
  report.server_version = server_.version;
  report.collections = counts_;
  report.documents = documents_;
  report.bytes = bytes_;
  return report;
}

void DumpRun::read(std::span<const std::size_t> which, Output& output) {
  const Receiver receiver{[&](std::size_t item, const Batch& batch) { took(item, batch, output); },
                          [&](std::size_t item) { ended(item, output); }};
  read_items(pool_, server_, items_, which, {settings_.parallel_collections, read_concern_}, receiver, context_);
}

void DumpRun::took(std::size_t item, const Batch& batch, Output& output) {
  output.write(item, batch.documents);
  counts_[item].documents += batch.count;
  counts_[item].bytes += batch.documents.size();
  documents_ += batch.count;
  bytes_ += batch.documents.size();
  context_.status.progress({documents_, expected_documents_, "documents"});
}

void DumpRun::ended(std::size_t item, Output& output) {
  output.end(item);
  context_.log.debug("dumped", {{"collection", counts_[item].ns.text()}, {"documents", counts_[item].documents}});
}

}  // namespace sidekick::dump
