/// The ledger of seeds: a collection of the target server with one document per name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lease/records.hpp"
#include "mongo/client.hpp"
#include "mongo/ledger_name.hpp"
#include "seed/entry.hpp"

namespace sidekick::seed {

/// Where the ledger is.
inline const mongo::Namespace ledger_namespace{mongo::ledger_db, mongo::ledger_collection};

/// Each write is one conditional findAndModify that is acknowledged by a majority and the journal. Every method throws
/// Error as Client::run does; for a missing privilege of kind denied, with the roles that are needed. Safe from any
/// thread.
class Ledger final {
 public:
  enum class Server { standalone, replica_set };

  /// `pool` outlives it.
  Ledger(mongo::Pool& pool, Server server) : pool_(pool), server_(server) {}

  /// The entry as a majority has it: linearizable on a replica set. Nothing where there is none.
  std::optional<Entry> read(const std::string& name);

  /// Replaces the entry where the ledger has it with the same holder and the revision before, and returns what the
  /// ledger has then; nothing where it has another one. Where the error is transient, it may have been written, or be
  /// written later.
  std::optional<Entry> write(const Entry& entry);

  /// The UUID of the collection, 16 bytes. Throws Error of kind unavailable where it does not exist.
  std::string uuid();

  /// All entries, by name.
  std::vector<Entry> entries();

 private:
  mongo::Pool& pool_;
  const Server server_;
};

/// The lease on the entry `name`, kept in the same document. `pool` outlives them.
std::shared_ptr<lease::Records> ledger_records(mongo::Pool& pool, std::string name);

}  // namespace sidekick::seed
