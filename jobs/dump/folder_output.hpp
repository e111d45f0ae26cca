/// A dump as a folder of files, as mongodump lays it out.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "dump/output.hpp"
#include "dump/output_folder.hpp"
#include "filters/compress.hpp"
#include "filters/fd_sink.hpp"

namespace sidekick::dump {

struct FolderSettings {
  std::string path;
  filters::CompressionSettings compression;
  std::string db;  ///< when only one database is dumped: prelude.json is in its folder
};

/// db>/<collection>.bson and .metadata.json, each with .gz or .zst where compressed, prelude.json, and oplog.bson,
/// which keeps its name. Views have no .bson. oplog.bson, which keeps its name. Views have no .bson.
class FolderOutput final : public Output {
 public:
  FolderOutput(FolderSettings settings, CancelToken cancel);
  void begin(const mongo::ArchiveHeader& header, const std::vector<Item>& items) override;
  void write(std::size_t item, std::span<const std::uint8_t> documents) override;
  void end(std::size_t item) override;
  void finish() override;

 private:
  struct File {
    std::unique_ptr<filters::FdSink> sink;
    std::unique_ptr<filters::Sink> compressor;
  };
  File open(const std::string& name) const;
  void write_text(const std::string& name, std::string_view text) const;
  File& documents_of(std::size_t item);

  FolderSettings settings_;
  CancelToken cancel_;
  OutputFolder folder_;
  const std::vector<Item>* items_ = nullptr;
  std::map<std::size_t, File> open_;
};

}  // namespace sidekick::dump
