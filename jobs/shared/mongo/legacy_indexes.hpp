/// The collection system.indexes, in which servers before 3.0 kept the indexes of a database.
#pragma once

#include <filesystem>
#include <string>

#include "mongo/bson.hpp"
#include "mongo/namespace.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::mongo {

inline bool is_legacy_indexes(const Namespace& ns) {
  return ns.collection == "system.indexes";
}

/// One index, and its collection in the dump.
struct LegacyIndex {
  Namespace ns;
  Bson spec;
};

/// Reads a document of the system.indexes of database `db`. Ignores the database in its field `ns`, as the folder of a
/// database may have been renamed. Throws Error of kind data where it is not an index.
LegacyIndex parse_legacy_index(Bytes document, const std::string& db);

/// The metadata with the indexes of `collection` according to the system.indexes.bson in `folder`; empty where there is
/// no such file or index. Throws Error as FolderReader does.
std::string legacy_metadata(const std::filesystem::path& folder, const std::string& collection,
                            const CancelToken& cancel);

}  // namespace sidekick::mongo
