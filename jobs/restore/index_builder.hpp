/// The indexes to build once all documents are there.
#pragma once

#include <map>

#include "mongo/client.hpp"
#include "restore/collection_guard.hpp"
#include "restore/plan.hpp"
#include "restore/server.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// The indexes that each collection is to have in the end, without that on _id. Replaying an oplog changes it. Values
/// are specifications as a dump holds them. Not thread safe.
class IndexCatalog final {
 public:
  struct Entry {
    std::vector<mongo::Bson> indexes;
    bool collation = false;  ///< the collection has a default collation
    bool time_series = false;
  };

  IndexCatalog() = default;
  explicit IndexCatalog(const Plan& plan);

  /// Adds specifications; one of a name that is there already takes its place.
  void add(const mongo::Namespace& ns, const std::vector<mongo::Bson>& indexes);
  /// Removes by name; "*" removes all.
  void remove(const mongo::Namespace& ns, const std::string& name);
  /// Changes expireAfterSeconds or hidden, as a collMod's `index` document says.
  void modify(const mongo::Namespace& ns, const mongo::Bson& change);
  /// A collection that was created, with its default collation or none.
  void create(const mongo::Namespace& ns, const mongo::Bson& options);
  void drop(const mongo::Namespace& ns);
  void drop_database(const std::string& db);
  void rename(const mongo::Namespace& from, const mongo::Namespace& to);

  const std::map<mongo::Namespace, Entry>& entries() const noexcept { return entries_; }

 private:
  std::map<mongo::Namespace, Entry> entries_;
};

/// Builds them, one createIndexes a collection, the collections in parallel. An index that is there is left as it is;
/// one under construction is waited for. Returns how many were asked for. Throws Error: data where the server refuses
/// one (after all others were built, those of the same collection too), unavailable, cancelled (a build then goes on or
/// ends as the server decides).
std::size_t build_indexes(mongo::Pool& pool, const IndexCatalog& catalog, CollectionGuard& guard,
                          const Settings& settings, const Server& server, const mongo::Bson& write_concern,
                          JobContext& context);

}  // namespace sidekick::restore
