/// Writes archives in mongodump's format, written anew for the tests: it shares no code with the reader it proves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sidekick::test {

/// Throws std::runtime_error where the file cannot be written. One thread.
class ArchiveWriter final {
 public:
  using Documents = std::vector<std::vector<std::uint8_t>>;

  /// Compresses with gzip where the name ends in .gz, at the level mongodump uses.
  explicit ArchiveWriter(const std::filesystem::path& path);
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  /// One collection of the prelude; options and indexes are JSON.
  void promise(const std::string& db, const std::string& collection, const std::string& options,
               const std::vector<std::string>& indexes);
  void end_prelude();
  void segment(const std::string& db, const std::string& collection, const Documents& documents);
  /// The EOF block, with the CRC of all its segments.
  void end(const std::string& db, const std::string& collection);
  void close();

 private:
  struct File;
  void write(std::span<const std::uint8_t> bytes);
  void terminator();

  std::unique_ptr<File> file_;
  std::map<std::string, std::uint64_t> checksums_;
};

}  // namespace sidekick::test
