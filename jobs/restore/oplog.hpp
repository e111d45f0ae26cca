/// Replays the oplog of a dump, so that the result is of one point in time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mongo/client.hpp"
#include "restore/collection_guard.hpp"
#include "restore/index_builder.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// The first timestamp that is not replayed, in the form of --oplogLimit: "<seconds>[:<ordinal>]". Throws Error of kind
/// usage for another form.
std::optional<std::uint64_t> parse_oplog_limit(const std::string& text);

/// Applies oplog entries in order with the server's applyOps, in groups. Skips no-ops and the server's own bookkeeping;
/// records indexes in the catalog, to be built later; holds a transaction back until its commit. Entries are idempotent
/// when all are applied from the first on: after a crash the whole replay starts over. Not thread safe.
class OplogReplay final {
 public:
  OplogReplay(const mongo::Client& client, IndexCatalog& catalog, CollectionGuard& guard, const Settings& settings,
              const mongo::Bson& write_concern, JobContext& context);

  /// Applies one entry. Throws Error: data where the server rejects it, unavailable, cancelled, those of
  /// CollectionGuard.
  void apply(mongo::Bytes entry);

  /// Applies the entries that are still held in a group. Skips a transaction without its commit, as a server does.
  void finish();

  std::uint64_t applied() const noexcept { return applied_; }

  /// The operations on users and roles so far, which were not applied: they may end our own login, so they come last.
  std::vector<mongo::Bson> take_login_operations() { return std::move(login_operations_); }

 private:
  void apply_operation(const mongo::Bson& operation);
  void apply_command(const mongo::Bson& operation);
  void apply_transaction(const mongo::Bson& operation);
  void end_transaction(const mongo::Bson& operation, std::string_view name);
  void create_collection(const mongo::Bson& operation, const mongo::Namespace& ns);
  void drop_database(const mongo::Bson& operation, const std::string& db);
  void rename_collection(const mongo::Bson& operation);
  void modify_collection(const mongo::Bson& operation, const mongo::Namespace& ns);
  void add(mongo::Bson operation);
  void run_now(const mongo::Bson& operation);
  void flush();
  void send(const std::vector<mongo::Bson>& operations);
  mongo::Bson send_one(const mongo::Bson& operation);
  void confirm_group();

  const mongo::Client& client_;
  IndexCatalog& catalog_;
  CollectionGuard& guard_;
  const Settings& settings_;
  const mongo::Bson& write_concern_;
  JobContext& context_;
  std::optional<std::uint64_t> limit_;
  std::vector<mongo::Bson> group_;
  std::size_t group_bytes_ = 0;
  std::map<std::string, std::vector<mongo::Bson>> transactions_;  ///< by session and number
  std::vector<mongo::Bson> login_operations_;
  std::uint64_t applied_ = 0;
};

}  // namespace sidekick::restore
