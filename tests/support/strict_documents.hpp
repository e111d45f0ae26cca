/// What the strict reader of archives and that of folders have in common.
#pragma once

#include <boost/json/value.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/strict_archive.hpp"

namespace sidekick::test {

/// One field of a header, by libbson. Texts, numbers and truths have their value, all else is null.
struct Field {
  std::string key;
  int type = 0;  ///< a bson_type_t
  boost::json::value value;
};
using Fields = std::vector<Field>;

/// The fields of a sound document, in their order.
Fields fields_of(std::string_view document);

/// The document at the beginning of some bytes, or the rule that it breaks: rule 6 for its size, else that it is no
/// BSON.
struct WholeDocument {
  std::string_view bytes;
  std::optional<std::string> flaw;
};
WholeDocument whole_document(std::string_view from);

/// Adds a document to the counts and sums of its collection.
void count_document(StrictCollection& collection, std::string_view document);

/// The content of a file, unpacked by gzip(1) or zstd(1) where it begins as their files do. Throws RuleBroken where
/// they refuse it.
std::string unpacked(const std::filesystem::path& path);

}  // namespace sidekick::test
