#include "mongo/bson.hpp"

#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

int size_of(std::string_view text) {
  return static_cast<int>(text.size());
}

}  // namespace

Bson::Bson(Bytes document) {
  bson_copy_to(BsonView(document).get(), &b_);
}

Bson Bson::from_json(std::string_view json, std::string_view what) {
  bson_error_t error;
  Bson out;
  if (!bson_init_from_json(out.get(), json.data(), static_cast<ssize_t>(json.size()), &error)) {
    bson_init(out.get());
    throw Error(ErrorKind::data, std::string(what) + " is not valid JSON: " + error.message);
  }
  return out;
}

void Bson::swap(Bson& other) noexcept {
  bson_t mine;
  bson_t theirs;
  bson_steal(&mine, &b_);
  bson_steal(&theirs, &other.b_);
  bson_steal(&b_, &theirs);
  bson_steal(&other.b_, &mine);
}

Bson& Bson::checked(bool appended) {
  if (!appended) throw Error(ErrorKind::data, "a document grows past 2 GiB");
  return *this;
}

bool Bson::has(std::string_view key) const {
  return find(&b_, key).has_value();
}

Bson& Bson::append(std::string_view key, std::string_view value) {
  return checked(bson_append_utf8(&b_, key.data(), size_of(key), value.data(), size_of(value)));
}

Bson& Bson::append(std::string_view key, std::int32_t value) {
  return checked(bson_append_int32(&b_, key.data(), size_of(key), value));
}

Bson& Bson::append(std::string_view key, std::int64_t value) {
  return checked(bson_append_int64(&b_, key.data(), size_of(key), value));
}

Bson& Bson::append(std::string_view key, bool value) {
  return checked(bson_append_bool(&b_, key.data(), size_of(key), value));
}

Bson& Bson::append(std::string_view key, const Bson& value) {
  return checked(bson_append_document(&b_, key.data(), size_of(key), value.get()));
}

Bson& Bson::append_array(std::string_view key, const std::vector<Bson>& values) {
  Bson array;
  for (std::size_t i = 0; i < values.size(); i++) array.append(std::to_string(i), values[i]);
  return checked(bson_append_array(&b_, key.data(), size_of(key), array.get()));
}

Bson& Bson::append_value(std::string_view key, const bson_iter_t& value) {
  return checked(bson_append_iter(&b_, key.data(), size_of(key), &value));
}

std::string Bson::to_json() const {
  char* json = bson_as_canonical_extended_json(&b_, nullptr);
  if (json == nullptr) return "(a document that is not UTF-8)";
  std::string out(json);
  bson_free(json);
  return out;
}

Found find(const bson_t* document, std::string_view key) {
  bson_iter_t it;
  if (bson_iter_init_find_w_len(&it, document, key.data(), size_of(key))) return Found(it);
  return {};
}

std::string text_of(const bson_t* document, std::string_view key) {
  const auto it = find(document, key);
  if (!it || !BSON_ITER_HOLDS_UTF8(&*it)) return {};
  std::uint32_t size = 0;
  const char* text = bson_iter_utf8(&*it, &size);
  return {text, size};
}

std::int64_t number_of(const bson_t* document, std::string_view key) {
  const auto it = find(document, key);
  return it ? bson_iter_as_int64(&*it) : 0;
}

bool truth_of(const bson_t* document, std::string_view key) {
  const auto it = find(document, key);
  return it && bson_iter_as_bool(&*it);
}

Bson document_of(const bson_t* document, std::string_view key) {
  const auto it = find(document, key);
  if (!it || !BSON_ITER_HOLDS_DOCUMENT(&*it)) return {};
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_document(&*it, &size, &data);
  return Bson(Bytes(data, size));
}

std::vector<Bson> documents_of(const bson_t* document, std::string_view key) {
  std::vector<Bson> out;
  bson_iter_t it;
  bson_iter_t element;
  if (!bson_iter_init_find_w_len(&it, document, key.data(), size_of(key)) || !BSON_ITER_HOLDS_ARRAY(&it)) return out;
  if (!bson_iter_recurse(&it, &element)) return out;
  while (bson_iter_next(&element)) {
    if (!BSON_ITER_HOLDS_DOCUMENT(&element)) continue;
    std::uint32_t size = 0;
    const std::uint8_t* data = nullptr;
    bson_iter_document(&element, &size, &data);
    out.emplace_back(Bytes(data, size));
  }
  return out;
}

BsonView::BsonView(Bytes bytes) {
  if (!bson_init_static(&b_, bytes.data(), bytes.size()))
    throw Error(ErrorKind::data, "a document of " + std::to_string(bytes.size()) + " bytes is malformed");
}

std::int32_t frame_length(const std::uint8_t* frame) noexcept {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; i++) value |= static_cast<std::uint32_t>(frame[i]) << (8 * i);
  return static_cast<std::int32_t>(value);
}

void put_frame_length(std::uint8_t* frame, std::int32_t length) noexcept {
  const auto value = static_cast<std::uint32_t>(length);
  for (unsigned i = 0; i < 4; i++) frame[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

}  // namespace sidekick::mongo
