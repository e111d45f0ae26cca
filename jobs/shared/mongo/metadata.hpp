/// The metadata of a collection in a dump, and the commands that restore it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mongo/bson.hpp"
#include "mongo/namespace.hpp"

namespace sidekick::mongo {

/// The metadata document of one collection, as mongodump writes it: canonical Extended JSON, or relaxed in old dumps.
struct Metadata {
  Bson options;
  std::vector<Bson> indexes;
  std::string uuid;  ///< 32 hexadecimal digits, or empty
  std::string type;  ///< as in DumpCollection
};

/// Parses one object of Extended JSON; skips a byte order mark. Throws Error of kind data naming `what`, also for an
/// array and for trailing text.
Bson parse_json_object(std::string_view json, const std::string& what);

/// Parses it; an empty text is a collection without options or indexes. Throws Error of kind data naming `ns` for
/// anything that mongodump never writes: not an object, a malformed field or index, two different indexes of one name.
Metadata parse_metadata(const std::string& json, const Namespace& ns);

/// Throws Error of kind data naming `what` for a specification without a name, or whose key is not a pattern of fields.
void check_index(const Bson& spec, const std::string& what);

/// The first field of the key whose value servers since 3.4 reject (true, "", 0), or nothing.
std::optional<std::string> legacy_key_field(const Bson& spec);

/// How to change index specifications for a server.
struct IndexRules {
  bool keep_version = false;          ///< keep `v`; else the server chooses
  bool convert_legacy = false;        ///< keys like 0, "" or true become 1, unknown options go
  bool fix_dotted_hash = false;       ///< a hashed index on a dotted field becomes ascending
  bool collection_collation = false;  ///< the collection has a default collation: an index without one gets "simple"
  bool time_series = false;           ///< its 2dsphere indexes have their own version, never an old one
};

/// The specification to send for one of a dump. Pure.
Bson index_to_create(const Bson& spec, const IndexRules& rules);

/// True for the index on _id that every collection has.
bool is_id_index(const Bson& spec);

/// True where some field of the key has this value: "geoHaystack".
bool has_key_value(const Bson& spec, std::string_view value);

}  // namespace sidekick::mongo
