/// What a dump holds, found by reading all of it.
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
  bool oplog = false;                      ///< it is one of the namespaces
  std::uint64_t documents = 0;             ///< of all but the oplog
  std::uint64_t bytes = 0;                 ///< of their BSON
};

/// Throws Error of kind data for the first collection that a restore of the whole dump would refuse, see
/// check_collection().
void check_collections(const DumpReader& dump);

/// Reads all of it and stores nothing; what the dump says of its collections is left to check_collections(). Throws
/// Error as the reader does where it is damaged: kind data, with the place.
DumpProof prove(DumpReader& dump);

}  // namespace sidekick::mongo
