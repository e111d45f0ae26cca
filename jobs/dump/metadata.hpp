/// The metadata of a collection in a dump.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mongo/bson.hpp"

namespace sidekick::dump {

/// One parsed document of listCollections.
struct CollectionInfo {
  std::string name;
  std::string type;  ///< "collection", "view", "timeseries"
  mongo::Bson options;
  std::string uuid;  ///< 32 hexadecimal digits, or empty

  explicit CollectionInfo(const mongo::Bson& listed);
};

/// The metadata as mongodump writes it: canonical Extended JSON v2 without blanks, with options only where there are
/// any. Throws Error of kind data where a text in it is not UTF-8.
std::string metadata_json(const CollectionInfo& info, const std::vector<mongo::Bson>& indexes);

/// The same JSON without the blanks between its tokens. Pure.
std::string without_blanks(std::string_view json);

}  // namespace sidekick::dump
