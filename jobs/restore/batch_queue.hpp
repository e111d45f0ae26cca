/// Passes batches from the thread that reads to the workers that insert, bounded by their bytes.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <set>

#include "restore/batch.hpp"

namespace sidekick::restore {

/// All members are safe from any thread. For a collection whose order counts, only one batch is in work at a time.
class BatchQueue final {
 public:
  explicit BatchQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Blocks until `bytes` more may be held: the total stays below the limit, except for a single larger batch. Rethrows
  /// the failure of a worker. Call it before the bytes are read, so that the limit bounds memory.
  void reserve(std::size_t bytes);

  /// Hands over a batch whose bytes were reserved (`reserved` in total, possibly more than it holds).
  void push(Batch batch, std::size_t reserved);

  /// A batch and its reservation.
  struct Entry {
    Batch batch;
    std::size_t reserved = 0;
  };

  /// The next batch in turn; nothing once finish() was called and all are in work, or a worker failed.
  std::optional<Entry> pop();

  /// Called by a worker that has finished a batch from pop(): its buffer is reused.
  void done(Entry entry);

  /// An empty batch, in a used buffer where there is one.
  Batch recycled();

  /// Waits until every batch is done. Rethrows the failure of a worker.
  void drain();

  /// Announces that no more batches will come. Workers end when the queue is empty.
  void finish();

  /// Ends everything: the current and later calls of the reader rethrow `failure`, and pop() returns nothing.
  void fail(std::exception_ptr failure);

 private:
  void rethrow_failure() const;

  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> waiting_;
  std::vector<Batch> spare_;
  std::set<const Target*> busy_;  ///< ordered targets with a batch in work
  std::size_t held_ = 0;
  std::size_t batches_out_ = 0;
  bool finished_ = false;
  std::exception_ptr failure_;
};

}  // namespace sidekick::restore
