#include "mongo/metadata.hpp"

#include <algorithm>
#include <array>

#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

// What createIndexes of servers 4.4 to 8 knows; --convertLegacyIndexes drops the rest.
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

// A key was once taken for ascending whatever it said, unless a negative number or the name of an index type.
bool is_legacy_value(const bson_iter_t& it) {
  if (BSON_ITER_HOLDS_UTF8(&it)) return std::string_view(bson_iter_utf8(&it, nullptr)).empty();
  if (BSON_ITER_HOLDS_DOUBLE(&it)) return bson_iter_double(&it) == 0;
  if (BSON_ITER_HOLDS_INT(&it)) return bson_iter_as_int64(&it) == 0;
  return true;
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

}  // namespace

Metadata parse_metadata(const std::string& json, const Namespace& ns) {
  if (json.empty()) return {};
  const auto document = Bson::from_json(json, "the metadata of '" + ns.text() + "'");
  return {document_of(document.get(), "options"), documents_of(document.get(), "indexes"),
          text_of(document.get(), "uuid"), text_of(document.get(), "type")};
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
