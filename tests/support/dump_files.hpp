/// Files of a dump folder, made one by one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

/// A document of Extended JSON as BSON. Throws std::runtime_error where it is no JSON.
std::vector<std::uint8_t> bson_bytes(const std::string& json);

/// The same as text, which can be put one after the other as the content of a file.
std::string bson(const std::string& json);

/// Makes or replaces a file of the folder, and the folders that it lies in.
void put_file(const TempDir& folder, const std::string& name, const std::string& content);

/// The same, compressed with gzip.
void put_gzip_file(const TempDir& folder, const std::string& name, const std::string& content);

}  // namespace sidekick::test
