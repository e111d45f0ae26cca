#include "mongo/metadata.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

// The fields that createIndexes of servers 4.4 to 8 accepts; --convertLegacyIndexes drops the rest.
constexpr std::array<std::string_view, 23> known_options{"key",
                                                         "name",
                                                         "v",
                                                         "unique",
                                                         "sparse",
                                                         "background",
                                                         "hidden",
                                                         "collation",
                                                         "weights",
                                                         "default_language",
                                                         "language_override",
                                                         "textIndexVersion",
                                                         "bits",
                                                         "min",
                                                         "max",
                                                         "bucketSize",
                                                         "2dsphereIndexVersion",
                                                         "expireAfterSeconds",
                                                         "storageEngine",
                                                         "wildcardProjection",
                                                         "partialFilterExpression",
                                                         "prepareUnique",
                                                         "columnstoreProjection"};

constexpr std::array<std::string_view, 4> types{"", "collection", "view", "timeseries"};

// Old servers took any key value for ascending, except a negative number or the name of an index type.
bool is_legacy_value(const bson_iter_t& it) {
  if (BSON_ITER_HOLDS_UTF8(&it)) return std::string_view(bson_iter_utf8(&it, nullptr)).empty();
  if (BSON_ITER_HOLDS_DOUBLE(&it)) return bson_iter_double(&it) == 0;
  if (BSON_ITER_HOLDS_INT(&it)) return bson_iter_as_int64(&it) == 0;
  return !BSON_ITER_HOLDS_DECIMAL128(&it);
}

bool is_hashed_on_dotted(const bson_iter_t& it) {
  return BSON_ITER_HOLDS_UTF8(&it) && std::string_view(bson_iter_utf8(&it, nullptr)) == "hashed" &&
         std::string_view(bson_iter_key(&it)).find('.') != std::string_view::npos;
}

Bson key_to_create(const Bson& key, const IndexRules& rules) {
  Bson out;
  bson_iter_t it;
  bson_iter_init(&it, key.get());
  while (bson_iter_next(&it)) {
    const bool ascending =
        (rules.convert_legacy && is_legacy_value(it)) || (rules.fix_dotted_hash && is_hashed_on_dotted(it));
    if (ascending)
      out.append(bson_iter_key(&it), 1);
    else
      out.append_value(bson_iter_key(&it), it);
  }
  return out;
}

/// Editors on Windows write one.
std::string_view without_mark(std::string_view json) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  return json.starts_with(mark) ? json.substr(mark.size()) : json;
}

/// The position of the brace that closes the object at the start of `json`, or npos.
std::size_t end_of_object(std::string_view json) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); i++) {
    const char c = json[i];
    if (in_text && c == '\\')
      i++;
    else if (c == '"')
      in_text = !in_text;
    else if (!in_text && c == '{')
      depth++;
    else if (!in_text && c == '}' && --depth == 0)
      return i;
  }
  return std::string_view::npos;
}

/// The field unless it is absent or null.
Found find_value(const Bson& document, std::string_view key) {
  const auto it = find(document.get(), key);
  return it && !BSON_ITER_HOLDS_NULL(&*it) ? it : Found();
}

[[noreturn]] void malformed(const std::string& what, const std::string& field, const std::string& wanted) {
  throw Error(ErrorKind::data, what + " is malformed: '" + field + "' is not " + wanted);
}

bool is_uuid(std::string_view text) {
  return text.size() == 32 && std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// The server would keep only one of them. What is listed twice in the same words loses nothing.
void refuse_same_names(const std::vector<Bson>& indexes, const std::string& what) {
  std::map<std::string, const Bson*> by_name;
  for (const auto& index : indexes) {
    const auto name = text_of(index.get(), "name");
    const auto [other, is_new] = by_name.emplace(name, &index);
    if (!is_new && !std::ranges::equal(other->second->bytes(), index.bytes()))
      throw Error(ErrorKind::data,
                  std::string(what).append(" holds two different indexes named '").append(name).append("'"));
  }
}

std::vector<Bson> indexes_of(const Bson& document, const std::string& what) {
  const auto it = find_value(document, "indexes");
  if (!it) return {};
  if (!BSON_ITER_HOLDS_ARRAY(&*it)) malformed(what, "indexes", "an array");
  auto indexes = documents_of(document.get(), "indexes");
  bson_iter_t element;
  std::size_t elements = 0;
  bson_iter_recurse(&*it, &element);
  while (bson_iter_next(&element)) elements++;
  if (elements != indexes.size()) malformed(what, "indexes", "an array of objects");
  for (const auto& index : indexes) check_index(index, what);
  refuse_same_names(indexes, what);
  return indexes;
}

}  // namespace

// libbson takes an array for a document whose keys are numbers, and ignores what follows a document.
Bson parse_json_object(std::string_view json, const std::string& what) {
  constexpr std::string_view blank = " \t\r\n";
  json = without_mark(json);
  const auto first = json.find_first_not_of(blank);
  if (first == std::string_view::npos || json[first] != '{')
    throw Error(ErrorKind::data, what + " is not a JSON object");
  if (end_of_object(json.substr(first)) != json.find_last_not_of(blank) - first)
    throw Error(ErrorKind::data, what + " is not one JSON object: it is cut, or something follows it");
  return Bson::from_json(json, what);
}

Metadata parse_metadata(const std::string& json, const Namespace& ns) {
  if (json.empty()) return {};
  const auto what = "the metadata of '" + ns.text() + "'";
  const auto document = parse_json_object(json, what);
  for (const char* text : {"uuid", "type", "collectionName"})
    if (const auto it = find_value(document, text); it && !BSON_ITER_HOLDS_UTF8(&*it)) malformed(what, text, "text");
  if (const auto it = find_value(document, "options"); it && !BSON_ITER_HOLDS_DOCUMENT(&*it))
    malformed(what, "options", "an object");
  Metadata out{document_of(document.get(), "options"), indexes_of(document, what), text_of(document.get(), "uuid"),
               text_of(document.get(), "type")};
  if (!out.uuid.empty() && !is_uuid(out.uuid)) malformed(what, "uuid", "32 hexadecimal digits");
  if (std::ranges::find(types, out.type) == types.end())
    throw Error(ErrorKind::data, what + " says that it is a '" + out.type + "', which is not known");
  return out;
}

void check_index(const Bson& spec, const std::string& what) {
  if (text_of(spec.get(), "name").empty()) throw Error(ErrorKind::data, what + " holds an index without a name");
  const auto index = "the index '" + text_of(spec.get(), "name") + "' in " + what;
  if (document_of(spec.get(), "key").empty()) throw Error(ErrorKind::data, index + " has no key");
}

std::optional<std::string> legacy_key_field(const Bson& spec) {
  const auto key = document_of(spec.get(), "key");
  bson_iter_t it;
  bson_iter_init(&it, key.get());
  while (bson_iter_next(&it))
    if (is_legacy_value(it)) return bson_iter_key(&it);
  return std::nullopt;
}

Bson index_to_create(const Bson& spec, const IndexRules& rules) {
  Bson out;
  bson_iter_t it;
  bson_iter_init(&it, spec.get());
  while (bson_iter_next(&it)) {
    const std::string_view key = bson_iter_key(&it);
    if (key == "ns" || (key == "v" && !rules.keep_version)) continue;
    if (rules.convert_legacy && std::ranges::find(known_options, key) == known_options.end()) continue;
    if (key == "key")
      out.append("key", key_to_create(document_of(spec.get(), "key"), rules));
    else
      out.append_value(key, it);
  }
  if (rules.collection_collation && !spec.has("collation")) out.append("collation", Bson().append("locale", "simple"));
  if (!rules.time_series && has_key_value(spec, "2dsphere") && !spec.has("2dsphereIndexVersion"))
    out.append("2dsphereIndexVersion", 1);
  return out;
}

bool is_id_index(const Bson& spec) {
  const auto key = document_of(spec.get(), "key");
  return bson_count_keys(key.get()) == 1 && key.has("_id") && text_of(spec.get(), "name") == "_id_";
}

bool has_key_value(const Bson& spec, std::string_view value) {
  const auto key = document_of(spec.get(), "key");
  bson_iter_t it;
  bson_iter_init(&it, key.get());
  while (bson_iter_next(&it))
    if (BSON_ITER_HOLDS_UTF8(&it) && bson_iter_utf8(&it, nullptr) == value) return true;
  return false;
}

}  // namespace sidekick::mongo
