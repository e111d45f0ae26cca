#include "mongo/archive_reader.hpp"

#include <lzma.h>

#include <algorithm>
#include <cctype>

#include "mongo/input_kind.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

constexpr std::size_t magic_bytes = 4;
constexpr std::int32_t terminator = -1;
constexpr std::int32_t smallest_document = 5;

// Three numbers separated by dots, as the official tool requires; a suffix ("-rc1") does not matter.
bool is_server_version(std::string_view text) {
  int numbers = 0;
  while (numbers < 3) {
    std::size_t digits = 0;
    while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) digits++;
    if (digits == 0) return false;
    text.remove_prefix(digits);
    if (++numbers == 3) return true;
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
  }
  return true;
}

}  // namespace

ArchiveReader::ArchiveReader(std::unique_ptr<filters::Source> source, const filters::FdSource& raw, std::string name,
                             std::optional<std::uint64_t> size)
    : frames_(std::move(source)), raw_(&raw), name_(std::move(name)), size_(size) {
  read_prelude();
}

ArchiveReader::ArchiveReader(std::unique_ptr<filters::Source> source, std::string name)
    : frames_(std::move(source)), name_(std::move(name)) {
  read_prelude();
}

void ArchiveReader::fail(std::uint64_t at, const std::string& cause) const {
  throw Error(ErrorKind::data, "archive '" + name_ + "' is damaged at offset " + std::to_string(at) + ": " + cause,
              frames_.hint_at_damage());
}

void ArchiveReader::fail_in(std::size_t collection, std::uint64_t at, const std::string& cause) const {
  fail(at, "'" + collections_[collection].ns.text() + "': " + cause);
}

void ArchiveReader::truncated(const std::string& where) const {
  throw Error(
      ErrorKind::data,
      "archive '" + name_ + "' is truncated: it ends at offset " + std::to_string(frames_.offset()) + ", " + where,
      frames_.hint_at_damage());
}

Bson ArchiveReader::read_header(std::int32_t length, const std::string& what) {
  const auto at = frames_.offset() - sizeof length;
  if (length < smallest_document || length > max_document_bytes)
    fail(at, std::to_string(length) + " is not a valid length of " + what);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(length));
  put_frame_length(bytes.data(), length);
  if (frames_.read(std::span(bytes).subspan(sizeof length)) < bytes.size() - sizeof length) truncated("inside " + what);
  if (const auto facts = check_document(bytes); facts.flaw_at) fail(at + *facts.flaw_at, what + " is not valid BSON");
  return Bson(bytes);
}

void ArchiveReader::read_prelude() {
  std::vector<std::uint8_t> first(magic_bytes);
  first.resize(frames_.read(first));
  if (first.empty()) throw Error(ErrorKind::no_input, "archive '" + name_ + "' is empty");
  if (!is_archive(first)) {
    const auto seen = first.size();
    first.resize(input_kind_bytes);
    first.resize(seen + frames_.read(std::span(first).subspan(seen)));
    throw not_an_archive(name_, first);
  }
  const auto length = frames_.read_length();
  if (!length) truncated("before its header");
  header_ = read_header(*length, "the header");
  if (const auto version = text_of(header_.get(), "version"); version != "0.1")
    fail(magic_bytes, "format version '" + version + "' is not supported (only 0.1 is)");
  server_version_ = text_of(header_.get(), "server_version");
  if (!is_server_version(server_version_))
    fail(magic_bytes, "server_version '" + server_version_ + "' in the header is not a version");
  for (;;) {
    const auto next_length = frames_.read_length();
    if (!next_length) truncated("inside the prelude");
    if (*next_length == terminator) break;
    const auto at = frames_.offset() - sizeof *next_length;
    const auto entry = read_header(*next_length, "a prelude entry");
    DumpCollection collection{{text_of(entry.get(), "db"), text_of(entry.get(), "collection")},
                              text_of(entry.get(), "metadata"),
                              text_of(entry.get(), "type")};
    if (collection.ns.collection.empty()) fail(at, "a prelude entry has no collection");
    if (!by_name_.emplace(collection.ns, collections_.size()).second)
      fail(at, "the prelude names '" + collection.ns.text() + "' twice");
    collections_.push_back(std::move(collection));
  }
  states_.resize(collections_.size());
}

std::size_t ArchiveReader::find_collection(const Namespace& ns, std::uint64_t at) const {
  auto found = by_name_.find(ns);
  if (found == by_name_.end() && ns.collection.starts_with(buckets_prefix))
    found = by_name_.find({ns.db, ns.collection.substr(buckets_prefix.size())});
  if (found == by_name_.end()) fail(at, "there are documents of '" + ns.text() + "', which the prelude does not name");
  return found->second;
}

std::string ArchiveReader::block_here() const {
  return "a block header after " + (last_ ? "documents of '" + collections_[*last_].ns.text() + "'" : "the prelude");
}

Namespace ArchiveReader::read_block_name(const Bson& header, std::uint64_t at) const {
  Namespace ns{text_of(header.get(), "db"), text_of(header.get(), "collection")};
  bson_iter_t it;
  bson_iter_init(&it, header.get());
  while (bson_iter_next(&it)) {
    const std::string_view key = bson_iter_key(&it);
    const bool known = (key == "db" && BSON_ITER_HOLDS_UTF8(&it)) ||
                       (key == "collection" && BSON_ITER_HOLDS_UTF8(&it)) ||
                       (key == "EOF" && BSON_ITER_HOLDS_BOOL(&it)) || (key == "CRC" && BSON_ITER_HOLDS_INT64(&it));
    if (!known)
      fail(at, "a block header of '" + ns.text() + "' has an unknown or mistyped field '" + std::string(key) + "'");
  }
  if (ns.collection.empty()) fail(at, "a block header names no collection, only '" + ns.text() + "'");
  return ns;
}

std::optional<DumpEvent> ArchiveReader::start_segment() {
  const auto at = frames_.offset();
  const auto length = frames_.read_length();
  if (!length) {
    if (frames_.ended_inside()) truncated("inside " + block_here());
    finish();
    return DumpEvent{};
  }
  if (*length == terminator) fail(at, "a terminator in place of " + block_here());
  const auto header = read_header(*length, block_here());
  const auto collection = find_collection(read_block_name(header, at), at);
  if (states_[collection].ended) fail_in(collection, at, "a block follows the end of the collection");
  segment_ = last_ = collection;
  if (truth_of(header.get(), "EOF")) return end_collection(header, at);
  return std::nullopt;
}

DumpEvent ArchiveReader::end_collection(const Bson& header, std::uint64_t at) {
  const auto collection = *segment_;
  const auto length = frames_.read_length();
  if (!length) truncated("inside the last block of '" + collections_[collection].ns.text() + "'");
  if (*length != terminator) fail_in(collection, at, "the last block holds documents");
  auto& state = states_[collection];
  if (static_cast<std::uint64_t>(number_of(header.get(), "CRC")) != state.crc)
    fail_in(collection, at, "the checksum of its documents differs from the one that was stored");
  state.ended = true;
  segment_.reset();
  return {DumpEvent::Kind::end_of_collection, collection, 0};
}

std::optional<DumpEvent> ArchiveReader::next_in_segment() {
  const auto at = frames_.offset();
  const auto length = frames_.read_length();
  if (!length) truncated("inside the documents of '" + collections_[*segment_].ns.text() + "'");
  if (*length == terminator) {
    segment_.reset();
    return std::nullopt;
  }
  if (*length < smallest_document || *length > max_document_bytes)
    fail_in(*segment_, at, std::to_string(*length) + " is not a valid document length");
  document_bytes_ = *length;
  document_at_ = at;
  return DumpEvent{DumpEvent::Kind::document, *segment_, static_cast<std::size_t>(*length)};
}

DumpEvent ArchiveReader::next() {
  for (;;)
    if (const auto event = segment_ ? next_in_segment() : start_segment()) return *event;
}

DocumentFacts ArchiveReader::read_document(std::span<std::uint8_t> into) {
  put_frame_length(into.data(), document_bytes_);
  const auto body = into.subspan(sizeof document_bytes_);
  if (frames_.read(body) < body.size()) truncated("inside a document of '" + collections_[*segment_].ns.text() + "'");
  const auto facts = check_document(into);
  if (facts.flaw_at) fail_in(*segment_, document_at_ + *facts.flaw_at, "the document is not valid BSON");
  auto& crc = states_[*segment_].crc;
  crc = lzma_crc64(into.data(), into.size(), crc);
  if (!is_oplog(collections_[*segment_].ns)) {
    documents_++;
    bytes_ += into.size();
  }
  return facts;
}

void ArchiveReader::finish() const {
  const auto unfinished = std::ranges::find_if(states_, [](const State& state) { return !state.ended; });
  if (unfinished == states_.end()) return check_totals();
  const auto index = static_cast<std::size_t>(unfinished - states_.begin());
  truncated("before '" + collections_[index].ns.text() + "' is complete");
}

void ArchiveReader::check_totals() const {
  const auto said = document_of(header_.get(), "sidekick");
  for (const auto& [key, there] : {std::pair{"documents", documents_}, std::pair{"bytes", bytes_}})
    if (said.has(key) && static_cast<std::uint64_t>(number_of(said.get(), key)) != there)
      throw Error(ErrorKind::data,
                  "archive '" + name_ + "' holds " + std::to_string(there) + " " + key + " where its header says " +
                      std::to_string(number_of(said.get(), key)),
                  frames_.hint_at_damage());
}

}  // namespace sidekick::mongo
