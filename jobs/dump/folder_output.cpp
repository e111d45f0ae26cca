#include "dump/folder_output.hpp"

#include "dump/names.hpp"
#include "sidekick/error.hpp"

namespace sidekick::dump {

namespace {

std::string_view ending_of(filters::Compression kind) {
  if (kind == filters::Compression::gzip) return ".gz";
  return kind == filters::Compression::zstd ? ".zst" : "";
}

/// The names that mongodump invented for the users of one database are used unescaped.
std::string file_name_of(const std::string& collection, filters::Compression kind) {
  if (collection.starts_with("$admin.system.")) return collection;
  // ".zst" is one byte longer than the extension that the limit was made for.
  return file_name(collection, longest_file_name - (kind == filters::Compression::zstd ? 1 : 0));
}

}  // namespace

FolderOutput::FolderOutput(FolderSettings settings, CancelToken cancel)
    : settings_(std::move(settings)), cancel_(std::move(cancel)), folder_(settings_.path) {}

void FolderOutput::begin(const mongo::ArchiveHeader& header, const std::vector<Item>& items) {
  items_ = &items;
  const std::string ending(ending_of(settings_.compression.kind));
  for (const auto& item : items)
    if (!item.metadata.empty())
      write_text(
          item.ns.db + "/" + file_name_of(item.ns.collection, settings_.compression.kind) + ".metadata.json" + ending,
          item.metadata);
  const auto prelude =
      mongo::Bson().append("ServerVersion", header.server_version).append("ToolVersion", header.tool_version);
  write_text((settings_.db.empty() ? "" : settings_.db + "/") + "prelude.json" + ending, prelude.to_json());
}

void FolderOutput::write(std::size_t item, std::span<const std::uint8_t> documents) {
  documents_of(item).compressor->write(documents);
}

void FolderOutput::end(std::size_t item) {
  if (!(*items_)[item].has_documents) return;
  documents_of(item).compressor->finish();
  open_.erase(item);
}

void FolderOutput::finish() {
  folder_.publish(settings_.db.empty() ? OutputFolder::DumpScope::server : OutputFolder::DumpScope::database);
}

FolderOutput::File FolderOutput::open(const std::string& name) const {
  File out;
  out.sink = std::make_unique<filters::FdSink>(folder_.create(name), name, cancel_);
  out.compressor = filters::compressed_into(settings_.compression, *out.sink);
  return out;
}

void FolderOutput::write_text(const std::string& name, std::string_view text) const {
  const auto file = open(name);
  file.compressor->write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  file.compressor->finish();
}

FolderOutput::File& FolderOutput::documents_of(std::size_t item) {
  const auto known = open_.find(item);
  if (known != open_.end()) return known->second;
  const auto& [db, collection] = (*items_)[item].documents_ns;
  const auto name = db.empty() ? "oplog.bson"
                               : db + "/" + file_name_of(collection, settings_.compression.kind) + ".bson" +
                                     std::string(ending_of(settings_.compression.kind));
  return open_.emplace(item, open(name)).first->second;
}

}  // namespace sidekick::dump
