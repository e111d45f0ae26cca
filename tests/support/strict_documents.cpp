#include "tests/support/strict_documents.hpp"

#include <bson/bson.h>
#include <lzma.h>

#include <cstring>

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

namespace {

constexpr std::int32_t most_bytes = 16 << 20;
constexpr std::int32_t least_bytes = 5;

const std::uint8_t* data_of(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

// bson_validate() wants UTF-8, which servers do not ask for.
bool is_sound(const bson_t& document) {
  bson_iter_t field;
  if (!bson_iter_init(&field, &document)) return false;
  while (bson_iter_next(&field)) {
    if (!BSON_ITER_HOLDS_DOCUMENT(&field) && !BSON_ITER_HOLDS_ARRAY(&field)) continue;
    std::uint32_t length = 0;
    const std::uint8_t* bytes = nullptr;
    if (BSON_ITER_HOLDS_ARRAY(&field))
      bson_iter_array(&field, &length, &bytes);
    else
      bson_iter_document(&field, &length, &bytes);
    bson_t inner;
    if (!bson_init_static(&inner, bytes, length) || !is_sound(inner)) return false;
  }
  return field.err_off == 0;
}

boost::json::value value_of(bson_iter_t& field) {
  switch (bson_iter_type(&field)) {
    case BSON_TYPE_UTF8: {
      std::uint32_t length = 0;
      const char* text = bson_iter_utf8(&field, &length);
      return boost::json::string(text, length);
    }
    case BSON_TYPE_BOOL:
      return bson_iter_bool(&field);
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
      return bson_iter_as_int64(&field);
    default:
      return nullptr;
  }
}

}  // namespace

Fields fields_of(std::string_view document) {
  bson_t view;
  bson_iter_t field;
  if (!bson_init_static(&view, data_of(document), document.size()) || !bson_iter_init(&field, &view))
    throw RuleBroken("a header is no BSON");
  Fields fields;
  while (bson_iter_next(&field))
    fields.push_back({bson_iter_key(&field), static_cast<int>(bson_iter_type(&field)), value_of(field)});
  return fields;
}

WholeDocument whole_document(std::string_view from) {
  std::int32_t length = 0;
  if (from.size() < sizeof length) return {{}, "rule 2: the bytes end inside a length"};
  std::memcpy(&length, from.data(), sizeof length);
  if (length > most_bytes) return {{}, "rule 6: a document of " + std::to_string(length) + " bytes"};
  if (length < least_bytes) return {{}, "no BSON: a length of " + std::to_string(length)};
  if (from.size() < static_cast<std::size_t>(length)) return {{}, "rule 2: the bytes end inside a document"};
  const auto bytes = from.substr(0, static_cast<std::size_t>(length));
  bson_t view;
  if (!bson_init_static(&view, data_of(bytes), bytes.size()) || !is_sound(view))
    return {{}, "no BSON: a document of " + std::to_string(length) + " bytes has a flaw"};
  return {bytes, std::nullopt};
}

void count_document(StrictCollection& collection, std::string_view document) {
  collection.documents++;
  collection.bytes += document.size();
  collection.in_order = lzma_crc64(data_of(document), document.size(), collection.in_order);
  collection.in_any_order += lzma_crc64(data_of(document), document.size(), 0);
}

std::string unpacked(const std::filesystem::path& path) {
  auto packed = read_file(path);
  const bool gzip = packed.starts_with("\x1f\x8b");
  const bool zstd = packed.starts_with("\x28\xb5\x2f\xfd");
  if (!gzip && !zstd) return packed;
  auto unpacking = run({.words = {gzip ? "gzip" : "zstd", "-d", "-c", "-q"}, .input = path}, 120s);
  if (unpacking.exit_code != 0) throw RuleBroken("'" + path.string() + "' cannot be unpacked: " + unpacking.err);
  return std::move(unpacking.out);
}

}  // namespace sidekick::test
