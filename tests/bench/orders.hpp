/// The archives that the benches restore: documents from a seed, written once into a folder and kept.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sidekick::test {

/// What is in it.
struct Orders {
  std::string archive;                   ///< its path
  std::vector<std::string> collections;  ///< of the database "bench"
  std::size_t documents = 500'000;       ///< of all collections together
  std::size_t indexes = 0;               ///< of each collection, without _id_
};

/// One collection without indexes, in a file whose name ends with `ending`: ".archive" or ".archive.gz".
Orders orders(const std::filesystem::path& folder, const std::string& ending);

/// Four collections with five indexes each, as .archive.gz.
Orders indexed_orders(const std::filesystem::path& folder);

}  // namespace sidekick::test
