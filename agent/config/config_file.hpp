/// The settings file.
#pragma once

#include <map>
#include <string>

#include "agent/config/review.hpp"
#include "agent/config/setting.hpp"

namespace sidekick::config {

/// The value of one key.
struct FileEntry {
  std::string text;
  std::string origin;  ///< "key 'uri' in 'x.yml', line 3"
};

/// The keys and values of a YAML file with one flat map of scalars; a key without a value counts as not given. Adds to
/// `review` Error: no_input or denied where the file cannot be read; config where it is not such a map, a key is not
/// one of schema.file_keys (the hint names the nearest) or is given twice, or its value is a list or map. Names the
/// line of a key. Values never appear in an error: they are secrets here.
std::map<std::string, FileEntry> read_config_file(const Schema& schema, const std::string& path, Review& review);

}  // namespace sidekick::config
