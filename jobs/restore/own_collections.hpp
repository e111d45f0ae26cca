/// Which collections of a server a process may change, identified by UUID.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "mongo/bson.hpp"
#include "mongo/namespace.hpp"
#include "sidekick/clock.hpp"

namespace sidekick::restore {

/// The collection of a server under one name.
struct ServerCollection {
  std::string kind;  ///< "collection", "view" or "timeseries"
  std::string uuid;  ///< 16 bytes; of a time series that of its buckets; empty for a view, which has none

  bool operator==(const ServerCollection&) const = default;
};

/// The entries of listCollections of the database `db` by name.
std::map<mongo::Namespace, ServerCollection> server_collections(const std::string& db,
                                                                const std::vector<mongo::Bson>& entries);

/// The collections that a process found at its start and those that it created. Lives as long as the job, so that a
/// later attempt does not adopt what another process created during a pause. Safe from any thread.
class OwnCollections final {
 public:
  /// Records what exists in `db` at `now`; only the first call for a database counts.
  void record_start(const std::string& db, const std::map<mongo::Namespace, ServerCollection>& found,
                    Clock::time_point now);

  /// Whether the process recorded `db` at most `span` before `now`.
  bool recorded_within(const std::string& db, std::chrono::milliseconds span, Clock::time_point now) const;

  /// The process may write into the collection and, with `may_drop`, remove it.
  void add(const mongo::Namespace& ns, const std::string& uuid, bool may_drop);

  /// Whether the process may write into it.
  bool holds(const mongo::Namespace& ns, const std::string& uuid) const;
  bool may_drop(const mongo::Namespace& ns, const std::string& uuid) const;
  /// Whether the process ever found or created a collection of that name.
  bool knows(const mongo::Namespace& ns) const;

  /// A creation whose answer is still unknown. begin_creation() is false where one was pending already.
  bool begin_creation(const mongo::Namespace& ns);
  void end_creation(const mongo::Namespace& ns);
  bool is_creating(const mongo::Namespace& ns) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Clock::time_point> recorded_;
  std::map<mongo::Namespace, std::map<std::string, bool>> own_;  ///< by UUID: whether it may be dropped
  std::set<mongo::Namespace> creating_;
};

}  // namespace sidekick::restore
