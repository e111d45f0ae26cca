/// Puts batches into a server, and settles what is there already.
#pragma once

#include "mongo/client.hpp"
#include "restore/batch.hpp"
#include "restore/server.hpp"
#include "restore/settings.hpp"
#include "restore/tally.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// For one worker: one thread at a time. The references must outlive it.
class Inserter final {
 public:
  Inserter(const mongo::Client& client, const Settings& settings, const Server& server,
           const mongo::Bson& write_concern, Tally& tally, JobContext& context);

  /// Returns when every document of the batch is stored as the write concern asks, or counted as rejected. A primary
  /// that changes on the way is waited for; documents that an interrupted try had stored already count as stored.
  /// Throws Error: what outlasts persevere(), data at the first rejected document with --stopOnError, cancelled.
  void insert(const Batch& batch);

 private:
  struct Failure {
    std::size_t document;  ///< index in the batch
    std::int64_t code;
    std::string message;
  };
  using Indexes = std::vector<std::size_t>;  ///< sorted
  /// Which documents' _id the server knows, with the same bytes or with others.
  struct Presence {
    Indexes same;
    Indexes different;
  };

  void insert_unordered(const Batch& batch, const Indexes& which);
  void insert_ordered(const Batch& batch, Indexes left);
  std::vector<Failure> try_insert(const Batch& batch, const Indexes& which, const mongo::Bson& options);
  void settle_duplicates(const Batch& batch, const std::vector<Failure>& duplicates);
  Presence look_up(const Batch& batch, const Indexes& which);
  void insert_zero_timestamps(const Batch& batch);
  void write_literally(const Batch& batch, const Indexes& which);
  void reject(const Batch& batch, const Failure& failure);
  OnDuplicate policy(const Batch& batch) const;

  const mongo::Client& client_;
  const Settings& settings_;
  const Server& server_;
  const mongo::Bson& write_concern_;
  Tally& tally_;
  JobContext& context_;
  mongo::Bson unordered_;
  mongo::Bson ordered_;
  bool doubtful_ = false;  ///< an earlier try of the present batch may have been carried out
};

}  // namespace sidekick::restore
