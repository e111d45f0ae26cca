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

/// One index, and the collection of the dump that it belongs to.
struct LegacyIndex {
  Namespace ns;
  Bson spec;
};

/// Reads a document of the system.indexes of database `db`: what its field `ns` says of the database does not count, as
/// the folder of a database may have been renamed. Throws Error of kind data where it is no index.
LegacyIndex parse_legacy_index(Bytes document, const std::string& db);

/// The metadata that tells of the indexes of `collection` according to the system.indexes.bson in `folder`; empty where
/// there is no such file or no such index. Throws Error as FolderReader does.
std::string legacy_metadata(const std::filesystem::path& folder, const std::string& collection,
                            const CancelToken& cancel);

}  // namespace sidekick::mongo
