/// Verifies a dump by reading all of it, and counts its content.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mongo/dump_reader.hpp"

namespace sidekick::mongo {

/// One namespace of a dump and the documents counted in it.
struct NamespaceCount {
  Namespace ns;
  std::string type;  ///< as in DumpCollection
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
};

struct DumpProof {
  std::vector<NamespaceCount> namespaces;  ///< in the order of the dump
  std::string server_version;              ///< as DumpReader tells it
  bool oplog = false;                      ///< as one of the namespaces
  std::uint64_t documents = 0;             ///< without the oplog
  std::uint64_t bytes = 0;                 ///< of their BSON
};

/// Throws Error of kind data for the first collection that a restore of the whole dump would reject, see
/// check_collection().
void check_collections(const DumpReader& dump);

/// Reads everything and stores nothing; metadata is left to check_collections(). Throws Error as the reader does for
/// damage: kind data, with the position.
DumpProof prove(DumpReader& dump);

}  // namespace sidekick::mongo
