/// The archive format of mongodump, written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "filters/sink.hpp"
#include "mongo/bson.hpp"
#include "mongo/dump_reader.hpp"

namespace sidekick::mongo {

/// What the archive says of itself.
struct ArchiveHeader {
  int concurrent_collections = 4;  ///< at least as many as are open at once
  std::string server_version;      ///< "6.0.5"
  std::string tool_version;
  /// Goes under the key "sidekick", which official readers pass over.
  Bson extension;
};

/// A collection of the prelude, and the name its documents go under where that is another one (a time series).
struct ArchiveEntry {
  DumpCollection collection;
  Namespace documents_ns;
};

/// The magic number and the header document, as they stand at the very beginning. Pure.
std::vector<std::uint8_t> archive_beginning(const ArchiveHeader& header);

/// Format as ArchiveReader describes it. Documents of several collections may come in turns; a segment ends where
/// another one's begins. Not thread safe. What the sink throws passes through. Does not finish the sink.
class ArchiveWriter final {
 public:
  /// Writes all that comes before the first document.
  ArchiveWriter(filters::Sink& sink, const ArchiveHeader& header, std::vector<ArchiveEntry> entries);

  /// Takes whole documents, one after another, of the entry with that index.
  void write(std::size_t entry, Bytes documents);

  /// Its last block; after that nothing of it may come.
  void end(std::size_t entry);

  /// Hands on what is held back. To be called when all have ended.
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
