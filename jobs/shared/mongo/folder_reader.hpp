/// Reads a dump folder, or one .bson file, collection by collection.
#pragma once

#include "mongo/dump_reader.hpp"
#include "mongo/folder_files.hpp"
#include "mongo/frame_reader.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::mongo {

/// One collection of a folder dump and the file of its documents.
struct FolderEntry {
  DumpCollection collection;
  std::string path;  ///< empty for views, which have no documents
  std::uint64_t bytes = 0;
};

/// The content of a folder.
struct FolderDump {
  std::vector<FolderEntry> entries;
  std::string server_version;
  std::vector<std::string> passed_over;  ///< files and folders that are not part of a dump
};

/// What to search for, and how to read the names.
struct FolderQuery {
  std::string path;
  std::string db;          ///< the folder is that of this database; empty: one subfolder per database
  std::string collection;  ///< for a single .bson file: its name, else taken from the file
  std::string oplog_file;  ///< read as the oplog in place of `oplog.bson`; may be empty
  Gzip gzip = Gzip::not_asked;
};

/// Lists a dump folder in mongodump's layout: <db>/<collection>.bson and .metadata.json, each also with .gz or .zst,
/// oplog.bson (listed last, under database ""), prelude.json. `path` may be one .bson file. Names of collections are
/// Go's url.QueryEscape, long ones truncated to 208 bytes, "%24" and a hash: the true name is then in the metadata. A
/// defect in the files of one collection becomes its flaw, and does not throw. Throws Error: no_input where nothing
/// exists or it holds no dump, data where names cannot be read or a link is dangling, denied, io.
FolderDump list_folder(const FolderQuery& query, const CancelToken& cancel);

/// True when `path` has the name of a file of documents: .bson or .bin, with or without .gz or .zst.
bool is_bson_file(std::string_view path);

/// The inverse of Go's url.QueryEscape; nothing where an escape is truncated or not hexadecimal.
std::optional<std::string> unescape_name(std::string_view name);

class FolderReader final : public DumpReader {
 public:
  FolderReader(FolderDump dump, CancelToken cancel);

  const std::vector<DumpCollection>& collections() const noexcept override { return collections_; }
  const std::string& server_version() const noexcept override { return dump_.server_version; }
  std::span<const std::string> passed_over() const noexcept override { return dump_.passed_over; }
  DumpEvent next() override;
  DocumentFacts read_document(std::span<std::uint8_t> into) override;
  std::uint64_t position() const noexcept override {
    return finished_bytes_ + (raw_ != nullptr ? raw_->position() : 0);
  }
  std::optional<std::uint64_t> size() const noexcept override { return total_bytes_; }

 private:
  void open();
  [[noreturn]] void fail(std::uint64_t at, const std::string& cause) const;

  FolderDump dump_;
  CancelToken cancel_;
  std::vector<DumpCollection> collections_;
  std::size_t current_ = 0;
  std::optional<FrameReader> frames_;
  const filters::FdSource* raw_ = nullptr;  ///< lives inside frames_
  std::int32_t document_bytes_ = 0;
  std::uint64_t document_at_ = 0;
  std::uint64_t finished_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace sidekick::mongo
