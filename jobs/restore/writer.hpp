/// The workers that insert, and their queue.
#pragma once

#include <thread>
#include <vector>

#include "restore/batch_queue.hpp"
#include "restore/inserter.hpp"

namespace sidekick::restore {

/// Splits the stream of documents into batches and inserts them on --workers threads. The methods are for the thread
/// that reads; each rethrows the failure of a worker. Destruction without finish() ends the workers after their current
/// batch.
class Writer final {
 public:
  Writer(mongo::Pool& pool, CollectionGuard& guard, const Settings& settings, const Server& server,
         const mongo::Bson& write_concern, Tally& tally, JobContext& context);
  ~Writer();

  /// Takes the next document from `dump`, whose event gave `bytes`.
  void take(mongo::DumpReader& dump, const Target& target, std::size_t bytes);

  /// Sends the documents of the current batch.
  void flush();

  /// Waits until everything taken so far is stored.
  void drain();

  /// drain(), then ends the workers.
  void finish();

 private:
  void work(mongo::Pool& pool, CollectionGuard& guard, const Settings& settings, const Server& server,
            const mongo::Bson& write_concern, Tally& tally, JobContext context);
  void begin(const Target& target, std::size_t bytes);

  const std::size_t max_documents_;
  BatchQueue queue_;
  std::optional<Batch> batch_;
  std::size_t reserved_ = 0;
  std::vector<std::jthread> workers_;
};

}  // namespace sidekick::restore
