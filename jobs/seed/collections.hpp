/// What a seed asks of the collections of its target, and the conditions that the server checks.
#pragma once

#include <cstdint>
#include <vector>

#include "mongo/client.hpp"
#include "seed/protocol.hpp"
#include "sidekick/log.hpp"

namespace sidekick::seed {

/// Every method throws Error as Client::run does. Where the error is transient, the command may have been executed, or
/// be executed later. Safe from any thread.
class Collections final {
 public:
  /// `pool` and `log` outlive it. `wire_version` is the server's.
  Collections(mongo::Pool& pool, std::int32_t wire_version, Log& log)
      : pool_(pool), wire_version_(wire_version), log_(log) {}

  /// Those of the names that exist.
  Seen look(const Look& look);

  /// Renames a staging collection. A server from 6.0 on compares the UUIDs of both collections itself; for an older one
  /// they are read directly before. False where the conditions do not hold. Logs what is dropped.
  bool rename(const Rename& rename);

  /// Removes a staging collection; one that does not exist is no error.
  void drop(const Namespace& ns);

  /// Creates the view unless something of that name exists.
  void create(const View& view);

  /// The number of documents according to the statistics of the collection, which is cheap, or counted one by one.
  std::uint64_t estimate(const Namespace& ns);
  std::uint64_t count(const Namespace& ns);

  /// The names of its indexes.
  std::vector<std::string> indexes(const Namespace& ns);

 private:
  bool is_as_planned(const Rename& rename);

  mongo::Pool& pool_;
  const std::int32_t wire_version_;
  Log& log_;
};

}  // namespace sidekick::seed
