#include "mongo/archive_writer.hpp"

#include <lzma.h>

#include <array>

namespace sidekick::mongo {

namespace {

constexpr std::array<std::uint8_t, 4> magic{0x6d, 0xe2, 0x99, 0x81};
constexpr std::array<std::uint8_t, 4> terminator{0xff, 0xff, 0xff, 0xff};
constexpr std::size_t held_bytes = std::size_t{64} << 10;

}  // namespace

std::vector<std::uint8_t> archive_beginning(const ArchiveHeader& header) {
  Bson document;
  document.append("concurrent_collections", header.concurrent_collections)
      .append("version", "0.1")
      .append("server_version", header.server_version)
      .append("tool_version", header.tool_version);
  if (!header.extension.empty()) document.append("sidekick", header.extension);
  std::vector<std::uint8_t> out(magic.begin(), magic.end());
  const auto bytes = document.bytes();
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}

ArchiveWriter::ArchiveWriter(filters::Sink& sink, const ArchiveHeader& header, std::vector<ArchiveEntry> entries)
    : sink_(sink), entries_(std::move(entries)), states_(entries_.size()) {
  put(archive_beginning(header));
  for (const auto& [collection, documents_ns] : entries_)
    put(Bson()
            .append("db", collection.ns.db)
            .append("collection", collection.ns.collection)
            .append("metadata", collection.metadata)
            .append("size", 0)
            .append("type", collection.type)
            .bytes());
  put_terminator();
}

void ArchiveWriter::write(std::size_t entry, Bytes documents) {
  if (documents.empty()) return;
  if (open_ != entry) {
    close_segment();
    put_block_header(entries_[entry].documents_ns, std::nullopt);
    open_ = entry;
  }
  auto& state = states_[entry];
  state.begun = true;
  state.crc = lzma_crc64(documents.data(), documents.size(), state.crc);
  put(documents);
}

void ArchiveWriter::end(std::size_t entry) {
  close_segment();
  // Readers create an empty collection, and a view, when its segment begins.
  if (!states_[entry].begun) {
    put_block_header(entries_[entry].documents_ns, std::nullopt);
    put_terminator();
  }
  put_block_header(entries_[entry].documents_ns, states_[entry].crc);
  put_terminator();
}

void ArchiveWriter::flush() {
  close_segment();
  if (!held_.empty()) sink_.write(held_);
  held_.clear();
}

void ArchiveWriter::put(Bytes bytes) {
  if (held_.size() + bytes.size() > held_bytes && !held_.empty()) {
    sink_.write(held_);
    held_.clear();
  }
  if (bytes.size() >= held_bytes)
    sink_.write(bytes);
  else
    held_.insert(held_.end(), bytes.begin(), bytes.end());
}

void ArchiveWriter::put_block_header(const Namespace& ns, std::optional<std::uint64_t> checksum) {
  put(Bson()
          .append("db", ns.db)
          .append("collection", ns.collection)
          .append("EOF", checksum.has_value())
          .append("CRC", static_cast<std::int64_t>(checksum.value_or(0)))
          .bytes());
}

void ArchiveWriter::put_terminator() {
  put(terminator);
}

void ArchiveWriter::close_segment() {
  if (open_) put_terminator();
  open_.reset();
}

}  // namespace sidekick::mongo
