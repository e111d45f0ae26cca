/// Reads and verifies the archive format of mongodump.
#pragma once

#include <map>

#include "mongo/bson.hpp"
#include "mongo/dump_reader.hpp"
#include "mongo/frame_reader.hpp"

namespace sidekick::mongo {

/// Format as mongo-tools writes it (common/archive): magic 6d e2 99 81, a header, the prelude of metadata, then
/// segments of documents that alternate, and for each collection a last block with the CRC-64/XZ of its documents.
/// Where the header has the number of documents and bytes (ours does), it is compared at the end.
class ArchiveReader final : public DumpReader {
 public:
  /// Reads the prelude. `source` gives plain bytes; `raw`, which it reads from and keeps alive, gives the position.
  /// Throws Error: no_input for an empty stream, data for anything but an archive.
  ArchiveReader(std::unique_ptr<filters::Source> source, const filters::FdSource& raw, std::string name,
                std::optional<std::uint64_t> size);

  /// The same for a source without a position: the position is then that in the plain bytes.
  ArchiveReader(std::unique_ptr<filters::Source> source, std::string name);

  const std::vector<DumpCollection>& collections() const noexcept override { return collections_; }
  const std::string& server_version() const noexcept override { return server_version_; }

  /// The unchanged header, with its writer's additions.
  const Bson& header() const noexcept { return header_; }

  DumpEvent next() override;
  DocumentFacts read_document(std::span<std::uint8_t> into) override;
  std::uint64_t position() const noexcept override { return raw_ ? raw_->position() : frames_.offset(); }
  std::optional<std::uint64_t> size() const noexcept override { return size_; }

 private:
  struct State {
    std::uint64_t crc = 0;
    bool ended = false;
  };

  void read_prelude();
  Bson read_header(std::int32_t length, const std::string& what);
  std::string block_here() const;
  Namespace read_block_name(const Bson& header, std::uint64_t at) const;
  std::optional<DumpEvent> start_segment();
  std::optional<DumpEvent> next_in_segment();
  DumpEvent end_collection(const Bson& header, std::uint64_t at);
  void finish() const;
  void check_totals() const;
  std::size_t find_collection(const Namespace& ns, std::uint64_t at) const;
  [[noreturn]] void fail(std::uint64_t at, const std::string& cause) const;
  [[noreturn]] void fail_in(std::size_t collection, std::uint64_t at, const std::string& cause) const;
  [[noreturn]] void truncated(const std::string& where) const;

  FrameReader frames_;
  const filters::FdSource* raw_ = nullptr;
  std::string name_;
  std::optional<std::uint64_t> size_;
  Bson header_;
  std::string server_version_;
  std::vector<DumpCollection> collections_;
  std::vector<State> states_;
  std::map<Namespace, std::size_t> by_name_;
  std::optional<std::size_t> segment_;  ///< the collection of the current segment
  std::optional<std::size_t> last_;     ///< the collection of the last block
  std::int32_t document_bytes_ = 0;
  std::uint64_t document_at_ = 0;
  std::uint64_t documents_ = 0;  ///< without the oplog, as the header counts
  std::uint64_t bytes_ = 0;
};

}  // namespace sidekick::mongo
