/// Writes the archive format of mongodump.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "filters/sink.hpp"
#include "mongo/bson.hpp"
#include "mongo/dump_reader.hpp"

namespace sidekick::mongo {

/// The content of the archive's header.
struct ArchiveHeader {
  int concurrent_collections = 4;  ///< at least as many as are open at once
  std::string server_version;      ///< "6.0.5"
  std::string tool_version;
  /// Stored under the key "sidekick", which official readers ignore.
  Bson extension;
};

/// A collection of the prelude, and the name of its documents where that differs (a time series).
struct ArchiveEntry {
  DumpCollection collection;
  Namespace documents_ns;
};

/// The magic number and the header document at the start of an archive. Pure.
std::vector<std::uint8_t> archive_beginning(const ArchiveHeader& header);

/// Format as ArchiveReader describes it. Documents of several collections may alternate; a segment ends where another
/// one's begins. Not thread safe. Exceptions of the sink pass through. Does not finish the sink.
class ArchiveWriter final {
 public:
  /// Writes everything before the first document.
  ArchiveWriter(filters::Sink& sink, const ArchiveHeader& header, std::vector<ArchiveEntry> entries);

  /// Takes whole documents, one after another, of the entry with that index.
  void write(std::size_t entry, Bytes documents);

  /// Its last block; nothing of it may follow.
  void end(std::size_t entry);

  /// Passes on buffered bytes. Call it when all have ended.
  void flush();

 private:
  struct State {
    std::uint64_t crc = 0;
    bool begun = false;
  };
  void put(Bytes bytes);
  void put_block_header(const Namespace& ns, std::optional<std::uint64_t> checksum);
  void put_terminator();
  void close_segment();

  filters::Sink& sink_;
  std::vector<ArchiveEntry> entries_;
  std::vector<State> states_;
  std::vector<std::uint8_t> held_;
  std::optional<std::size_t> open_;  ///< the entry whose segment is open
};

}  // namespace sidekick::mongo
