#include "dump/metadata.hpp"

#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"
#include "sidekick/hex.hpp"

namespace sidekick::dump {

using mongo::Bson;

namespace {

std::string hex_uuid(const Bson& info) {
  const auto field = mongo::find(info.get(), "uuid");
  if (!field || !BSON_ITER_HOLDS_BINARY(&*field)) return {};
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_binary(&*field, nullptr, &size, &data);
  return hex(std::span(data, size));
}

}  // namespace

CollectionInfo::CollectionInfo(const Bson& listed)
    : name(mongo::text_of(listed.get(), "name")),
      type(mongo::text_of(listed.get(), "type")),
      options(mongo::document_of(listed.get(), "options")),
      uuid(hex_uuid(mongo::document_of(listed.get(), "info"))) {}

std::string metadata_json(const CollectionInfo& info, const std::vector<Bson>& indexes) {
  Bson document;
  if (!info.options.empty()) document.append("options", info.options);
  document.append_array("indexes", indexes);
  if (!info.uuid.empty()) document.append("uuid", info.uuid);
  document.append("collectionName", info.name);
  document.append("type", info.type);
  const Handle<char, bson_free> json(bson_as_canonical_extended_json(document.get(), nullptr));
  if (!json)
    throw Error(ErrorKind::data, "options or indexes of '" + info.name + "' hold text that is not UTF-8",
                "JSON cannot represent it: change it, or exclude the collection");
  return without_blanks(json.get());
}

std::string without_blanks(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); i++) {
    const char c = json[i];
    if (in_text && c == '\\') {
      out += c;
      if (++i < json.size()) out += json[i];
      continue;
    }
    if (c == '"') in_text = !in_text;
    if (in_text || c != ' ') out += c;
  }
  return out;
}

}  // namespace sidekick::dump
