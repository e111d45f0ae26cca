#include "restore/writer.hpp"

#include <algorithm>
#include <system_error>

#include "sidekick/error.hpp"

namespace sidekick::restore {

namespace {

// Measured: larger ones gain nothing, smaller ones cost round trips.
constexpr std::size_t batch_bytes = std::size_t{1} << 20;

// Two for each worker, one in work and one waiting, and the one that is being filled.
std::size_t queue_bytes(const Settings& settings) {
  return (2 * static_cast<std::size_t>(settings.workers) + 1) * batch_bytes;
}

}  // namespace

Writer::Writer(mongo::Pool& pool, CollectionGuard& guard, const Settings& settings, const Server& server,
               const mongo::Bson& write_concern, Tally& tally, JobContext& context)
    : max_documents_(static_cast<std::size_t>(settings.batch_documents)), queue_(queue_bytes(settings)) {
  try {
    for (int i = 0; i < settings.workers; i++)
      workers_.emplace_back([&, this] { work(pool, guard, settings, server, write_concern, tally, context); });
  } catch (const std::system_error& error) {
    // Threads that did start must not wait for a queue that is never filled.
    queue_.fail(std::current_exception());
    throw Error(ErrorKind::temporary, std::string("cannot start a worker: ") + error.what(),
                "raise the limit of processes and threads (ulimit -u, --pids-limit), or lower --workers");
  }
}

Writer::~Writer() {
  queue_.fail(std::make_exception_ptr(Error(ErrorKind::cancelled, "the writer was closed")));
}

void Writer::work(mongo::Pool& pool, CollectionGuard& guard, const Settings& settings, const Server& server,
                  const mongo::Bson& write_concern, Tally& tally, JobContext context) {
  try {
    const auto client = pool.client();
    Inserter inserter(client, guard, settings, server, write_concern, tally, context);
    while (auto entry = queue_.pop()) {
      inserter.insert(entry->batch);
      queue_.done(std::move(*entry));
    }
  } catch (...) {
    queue_.fail(std::current_exception());
  }
}

void Writer::begin(const Target& target, std::size_t bytes) {
  reserved_ = std::max(batch_bytes, bytes);
  queue_.reserve(reserved_);
  batch_ = queue_.recycled();
  batch_->target = &target;
  batch_->bytes.reserve(reserved_);
}

void Writer::take(mongo::DumpReader& dump, const Target& target, std::size_t bytes) {
  if (batch_ &&
      (batch_->target != &target || batch_->bytes.size() + bytes > batch_bytes || batch_->count() == max_documents_))
    flush();
  if (!batch_) begin(target, bytes);
  const auto at = batch_->bytes.size();
  batch_->bytes.resize(at + bytes);
  const auto facts = dump.read_document(std::span(batch_->bytes).subspan(at));
  if (facts.zero_timestamp) batch_->zero_timestamps.push_back(batch_->count());
  batch_->starts.push_back(at);
}

void Writer::flush() {
  if (!batch_) return;
  queue_.push(std::move(*batch_), reserved_);
  batch_.reset();
}

void Writer::drain() {
  flush();
  queue_.drain();
}

void Writer::finish() {
  drain();
  queue_.finish();
  workers_.clear();
}

}  // namespace sidekick::restore
