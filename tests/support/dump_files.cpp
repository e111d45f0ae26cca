#include "tests/support/dump_files.hpp"

#include <bson/bson.h>
#include <zlib.h>

#include <stdexcept>

namespace sidekick::test {

namespace fs = std::filesystem;

std::vector<std::uint8_t> bson_bytes(const std::string& json) {
  bson_error_t error;
  bson_t document;
  if (!bson_init_from_json(&document, json.data(), static_cast<ssize_t>(json.size()), &error))
    throw std::runtime_error(json + ": " + error.message);
  std::vector<std::uint8_t> bytes(bson_get_data(&document), bson_get_data(&document) + document.len);
  bson_destroy(&document);
  return bytes;
}

std::string bson(const std::string& json) {
  const auto bytes = bson_bytes(json);
  return {bytes.begin(), bytes.end()};
}

void put_file(const TempDir& folder, const std::string& name, const std::string& content) {
  fs::create_directories((folder / name).parent_path());
  write_file(folder / name, content);
}

void put_gzip_file(const TempDir& folder, const std::string& name, const std::string& content) {
  fs::create_directories((folder / name).parent_path());
  const auto file = gzopen((folder / name).c_str(), "wb");
  const auto written = gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  if (gzclose(file) != Z_OK || written != static_cast<int>(content.size()))
    throw std::runtime_error("cannot write " + name);
}

}  // namespace sidekick::test
