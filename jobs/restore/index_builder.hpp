/// The indexes to build after all documents are stored.
#pragma once

#include <map>

#include "mongo/client.hpp"
#include "restore/collection_guard.hpp"
#include "restore/plan.hpp"
#include "restore/server.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// The final indexes of each collection, without the one on _id. Replaying an oplog changes them. Values are
/// specifications as in a dump. Not thread safe.
class IndexCatalog final {
 public:
  struct Entry {
    std::vector<mongo::Bson> indexes;
    bool collation = false;  ///< the collection has a default collation
    bool time_series = false;
  };

  IndexCatalog() = default;
  explicit IndexCatalog(const Plan& plan);

  /// Adds specifications; one with an existing name replaces it.
  void add(const mongo::Namespace& ns, const std::vector<mongo::Bson>& indexes);
  /// Removes by name; "*" removes all.
  void remove(const mongo::Namespace& ns, const std::string& name);
  /// Changes expireAfterSeconds or hidden, according to the `index` document of a collMod.
  void modify(const mongo::Namespace& ns, const mongo::Bson& change);
  /// Adds a created collection, with its default collation or none.
  void create(const mongo::Namespace& ns, const mongo::Bson& options);
  void drop(const mongo::Namespace& ns);
  void drop_database(const std::string& db);
  void rename(const mongo::Namespace& from, const mongo::Namespace& to);

  const std::map<mongo::Namespace, Entry>& entries() const noexcept { return entries_; }

 private:
  std::map<mongo::Namespace, Entry> entries_;
};

/// Builds them, with one createIndexes per collection, the collections in parallel. Keeps an existing index, and waits
/// for one under construction. Returns how many were requested. Throws Error: data where the server rejects one (after
/// all others were built, also those of the same collection), unavailable, cancelled (the server then decides about a
/// running build).
std::size_t build_indexes(mongo::Pool& pool, const IndexCatalog& catalog, CollectionGuard& guard,
                          const Settings& settings, const Server& server, const mongo::Bson& write_concern,
                          JobContext& context);

}  // namespace sidekick::restore
