/// Batches between the one thread that reads and the workers that insert, bounded by their bytes.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <set>

#include "restore/batch.hpp"

namespace sidekick::restore {

/// All members are safe from any thread. Of a collection whose order counts, one batch is out at a time.
class BatchQueue final {
 public:
  explicit BatchQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Waits until `bytes` more may be held: what is held stays under the limit, or it is the only one.
  /// Rethrows what a worker failed with. Call it before the bytes are read, so that the limit bounds memory.
  void reserve(std::size_t bytes);

  /// Hands over a batch whose bytes were reserved (`reserved` in all, which may be more than it holds).
  void push(Batch batch, std::size_t reserved);

  /// A batch and what was reserved for it.
  struct Entry {
    Batch batch;
    std::size_t reserved = 0;
  };

  /// The next batch that may go, or nothing once finish() was called and all are out, or a worker failed.
  std::optional<Entry> pop();

  /// A worker is done with a batch from pop(): its buffer comes back for the next.
  void done(Entry entry);

  /// An empty batch, in a buffer used before where there is one.
  Batch recycled();

  /// Waits until every batch is done. Rethrows what a worker failed with.
  void drain();

  /// No more batches will come. Workers end when the queue is empty.
  void finish();

  /// Ends everything: waiting and later calls of the reader rethrow `failure`, pop() gives nothing.
  void fail(std::exception_ptr failure);

 private:
  void rethrow_failure() const;

  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> waiting_;
  std::vector<Batch> spare_;
  std::set<const Target*> busy_;  ///< ordered targets with a batch out
  std::size_t held_ = 0;
  std::size_t batches_out_ = 0;
  bool finished_ = false;
  std::exception_ptr failure_;
};

}  // namespace sidekick::restore
