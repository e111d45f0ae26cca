#include "mongo/folder_reader.hpp"

#include "filters/decompress.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

constexpr std::int32_t smallest_document = 5;

}  // namespace

FolderReader::FolderReader(FolderDump dump, CancelToken cancel) : dump_(std::move(dump)), cancel_(std::move(cancel)) {
  for (const auto& entry : dump_.entries) {
    collections_.push_back(entry.collection);
    total_bytes_ += entry.bytes;
  }
}

void FolderReader::fail(std::uint64_t at, const std::string& cause) const {
  const auto& entry = dump_.entries[current_];
  throw Error(ErrorKind::data,
              "'" + entry.path + "' is damaged at offset " + std::to_string(at) + ": '" + entry.collection.ns.text() +
                  "': " + cause,
              frames_ ? frames_->hint_at_damage() : std::string());
}

void FolderReader::open() {
  const auto& path = dump_.entries[current_].path;
  auto raw = std::make_unique<filters::FdSource>(filters::open_for_reading(path), path, cancel_);
  raw_ = raw.get();
  frames_.emplace(filters::decompressed(std::move(raw), path));
}

DumpEvent FolderReader::next() {
  if (current_ == dump_.entries.size()) return {};
  const auto& entry = dump_.entries[current_];
  if (!frames_ && !entry.path.empty()) open();
  if (frames_) {
    const auto at = frames_->offset();
    if (const auto length = frames_->read_length()) {
      if (*length < smallest_document || *length > max_document_bytes)
        fail(at, std::to_string(*length) + " is not a valid document length");
      document_bytes_ = *length;
      document_at_ = at;
      return {DumpEvent::Kind::document, current_, static_cast<std::size_t>(*length)};
    }
    if (frames_->ended_inside()) fail(at, "the file ends inside a document");
    raw_ = nullptr;
    frames_.reset();
  }
  finished_bytes_ += entry.bytes;
  return {DumpEvent::Kind::end_of_collection, current_++, 0};
}

DocumentFacts FolderReader::read_document(std::span<std::uint8_t> into) {
  put_frame_length(into.data(), document_bytes_);
  const auto body = into.subspan(sizeof document_bytes_);
  if (frames_->read(body) < body.size()) fail(frames_->offset(), "the file ends inside a document");
  const auto facts = check_document(into);
  if (facts.flaw_at) fail(document_at_ + *facts.flaw_at, "the document is not valid BSON");
  return facts;
}

}  // namespace sidekick::mongo
