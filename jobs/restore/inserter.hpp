/// Inserts batches into a server, and handles existing documents.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <utility>

#include "mongo/client.hpp"
#include "restore/batch.hpp"
#include "restore/collection_guard.hpp"
#include "restore/server.hpp"
#include "restore/settings.hpp"
#include "restore/tally.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// For one worker: one thread at a time. The references must outlive it.
class Inserter final {
 public:
  Inserter(const mongo::Client& client, CollectionGuard& guard, const Settings& settings, const Server& server,
           const mongo::Bson& write_concern, Tally& tally, JobContext& context);

  /// Returns when every document of the batch is stored with the write concern, or counted as rejected. Waits while the
  /// primary changes; documents that an interrupted try had stored count as stored. A document that makes the server
  /// reject the whole command is rejected alone. Throws Error: what outlasts persevere(), data at the first rejected
  /// document with --stopOnError, cancelled, those of CollectionGuard.
  void insert(const Batch& batch);

  /// Codes with which a server rejects a whole command because of one document in it, found by experiment: an invalid
  /// value, too deep, too large.
  static constexpr std::initializer_list<std::uint32_t> spoiling_codes{2, 9, 15, 22, 10334};

 private:
  struct Failure {
    std::size_t document;  ///< index in the batch
    std::int64_t code;
    std::string message;
  };
  using Failures = std::vector<Failure>;
  using Indexes = std::vector<std::size_t>;  ///< sorted
  /// Which documents' _id the server has, with the same bytes or with others.
  struct Presence {
    Indexes same;
    Indexes different;
  };

  static std::pair<Indexes, Indexes> halves(const Indexes& all);
  void insert_unordered(const Batch& batch, Indexes which);
  void insert_ordered(const Batch& batch, Indexes left);
  std::optional<Failures> try_insert(const Batch& batch, const Indexes& which, const mongo::Bson& options);
  Failures failures_in(const Batch& batch, const Indexes& which, const mongo::Bson& reply);
  void settle_duplicates(const Batch& batch, const Failures& duplicates);
  bool expects_stored(const Batch& batch) const;
  void leave_out_stored(const Batch& batch, Indexes& which);
  Presence look_up(const Batch& batch, const Indexes& which);
  void insert_zero_timestamps(const Batch& batch);
  std::size_t write_literally(const Batch& batch, const Indexes& which);
  std::optional<Failures> try_write(const Batch& batch, const Indexes& which);
  void reject(const Batch& batch, const Failure& failure);
  OnDuplicate policy(const Batch& batch) const;

  const mongo::Client& client_;
  CollectionGuard& guard_;
  const Settings& settings_;
  const Server& server_;
  const mongo::Bson& write_concern_;
  Tally& tally_;
  JobContext& context_;
  mongo::Bson unordered_;
  mongo::Bson ordered_;
  std::map<const Target*, bool> mostly_stored_;  ///< whether most documents of the last batch existed already
  bool may_read_ = true;                         ///< false once the server refused to return a document
  bool doubtful_ = false;                        ///< an earlier try of the current batch may have been executed
};

}  // namespace sidekick::restore
