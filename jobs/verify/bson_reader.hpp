/// Reads plain documents, one after another, as a dump of one collection.
#pragma once

#include "mongo/dump_reader.hpp"
#include "mongo/frame_reader.hpp"

namespace sidekick::verify {

/// The content of a .bson file, from any source. Errors as in DumpReader, naming `name`.
class BsonReader final : public mongo::DumpReader {
 public:
  BsonReader(std::unique_ptr<filters::Source> source, std::string name);

  const std::vector<mongo::DumpCollection>& collections() const noexcept override { return collections_; }
  const std::string& server_version() const noexcept override { return server_version_; }
  mongo::DumpEvent next() override;
  mongo::DocumentFacts read_document(std::span<std::uint8_t> into) override;
  std::uint64_t position() const noexcept override { return frames_.offset(); }
  std::optional<std::uint64_t> size() const noexcept override { return std::nullopt; }

 private:
  [[noreturn]] void fail(std::uint64_t at, const std::string& cause) const;

  mongo::FrameReader frames_;
  std::string name_;
  std::vector<mongo::DumpCollection> collections_;
  std::string server_version_;
  std::int32_t document_bytes_ = 0;
  std::uint64_t document_at_ = 0;
  bool ended_ = false;
};

}  // namespace sidekick::verify
