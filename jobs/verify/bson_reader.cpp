#include "verify/bson_reader.hpp"

#include "sidekick/error.hpp"

namespace sidekick::verify {

using mongo::DumpEvent;

namespace {

constexpr std::int32_t smallest_document = 5;

}  // namespace

BsonReader::BsonReader(std::unique_ptr<filters::Source> source, std::string name)
    : frames_(std::move(source)), name_(std::move(name)), collections_{{{"", name_}, "", ""}} {}

void BsonReader::fail(std::uint64_t at, const std::string& cause) const {
  throw Error(ErrorKind::data, "'" + name_ + "' is damaged at offset " + std::to_string(at) + ": " + cause,
              frames_.hint_at_damage());
}

DumpEvent BsonReader::next() {
  if (ended_) return {};
  const auto at = frames_.offset();
  const auto length = frames_.read_length();
  if (!length) {
    if (frames_.ended_inside()) fail(at, "it ends inside a document");
    ended_ = true;
    return {DumpEvent::Kind::end_of_collection, 0, 0};
  }
  if (*length < smallest_document || *length > mongo::max_document_bytes)
    fail(at, std::to_string(*length) + " is not a valid document length");
  document_bytes_ = *length;
  document_at_ = at;
  return {DumpEvent::Kind::document, 0, static_cast<std::size_t>(*length)};
}

mongo::DocumentFacts BsonReader::read_document(std::span<std::uint8_t> into) {
  mongo::put_frame_length(into.data(), document_bytes_);
  const auto body = into.subspan(sizeof document_bytes_);
  if (frames_.read(body) < body.size()) fail(frames_.offset(), "it ends inside a document");
  const auto facts = mongo::check_document(into);
  if (facts.flaw_at) fail(document_at_ + *facts.flaw_at, "the document is not valid BSON");
  return facts;
}

}  // namespace sidekick::verify
