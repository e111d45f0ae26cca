/// The metadata that a dump keeps of a collection, and the commands that bring it back.
#pragma once

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

/// Parses it; an empty text is a collection without options or indexes. Throws Error of kind data naming `ns`.
Metadata parse_metadata(const std::string& json, const Namespace& ns);

/// How index specifications are changed on their way into a server.
struct IndexRules {
  bool keep_version = false;          ///< keep `v`; else the server chooses
  bool convert_legacy = false;        ///< keys like 0, "" or true become 1, unknown options go
  bool fix_dotted_hash = false;       ///< a hashed index on a dotted field becomes ascending
  bool collection_collation = false;  ///< the collection has a default collation: an index without one gets "simple"
  bool time_series = false;           ///< its 2dsphere indexes have a version of their own, never an old one
};

/// The specification to send for one that a dump holds. Pure.
Bson index_to_create(const Bson& spec, const IndexRules& rules);

/// True for the index on _id that every collection has.
bool is_id_index(const Bson& spec);

/// True where some field of the key has this value: "geoHaystack".
bool has_key_value(const Bson& spec, std::string_view value);

}  // namespace sidekick::mongo
