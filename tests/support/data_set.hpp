/// Documents made from a seed, as an archive and in a server, so that one can be compared with the other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sidekick::test {

struct MadeCollection {
  std::string name;
  std::size_t documents = 0;
  std::size_t document_bytes = 400;    ///< about
  std::string options = "{}";          ///< JSON, as `create` takes them
  std::vector<std::string> indexes{};  ///< JSON, one specification each, without _id_
};

/// The same seed makes the same bytes. Thread safe: nothing in it changes.
class DataSet final {
 public:
  DataSet(std::uint64_t seed, std::string db, std::vector<MadeCollection> collections);

  /// Writes an archive as mongodump does, its collections in turns of `documents_per_segment`; gzip where the name
  /// ends in .gz. Throws std::runtime_error.
  void write_archive(const std::filesystem::path& path, std::size_t documents_per_segment = 500) const;

  /// Puts the same into a server, by the driver and in order. Throws MongoFailure.
  void load(const std::string& uri) const;

  const std::string& db() const { return db_; }
  const std::vector<MadeCollection>& collections() const { return collections_; }

 private:
  std::vector<std::uint8_t> document(std::size_t collection, std::size_t number) const;
  std::vector<std::vector<std::uint8_t>> segment(std::size_t collection, std::size_t first, std::size_t count) const;

  std::uint64_t seed_;
  std::string db_;
  std::vector<MadeCollection> collections_;
};

}  // namespace sidekick::test
