/// Backups in a folder that no job took, as a test wants them.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "filters/compress.hpp"
#include "filters/digest.hpp"
#include "storage/catalog.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

struct StoredBackup {
  storage::WallTime time{};
  std::string job = "shop";
  std::string source = "mongodb://mongo:27017/shop";
  std::string plain = "what there was to keep";
  storage::Proof proof = storage::Proof::stored;
  enum class Standing { good, suspect } standing = Standing::good;
};

/// Collects what is written.
class TextSink final : public filters::Sink {
 public:
  explicit TextSink(std::string& into) : into_(into) {}
  void write(std::span<const std::uint8_t> bytes) override { into_.append(bytes.begin(), bytes.end()); }
  void finish() override {}

 private:
  std::string& into_;
};

inline std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string sha256_of(const std::string& text) {
  filters::Sha256 digest;
  digest.update(bytes_of(text));
  return digest.hex();
}

inline std::string zstd_of(const std::string& plain) {
  std::string out;
  TextSink sink(out);
  const auto compressor = filters::compressed_into({}, sink);
  compressor->write(bytes_of(plain));
  compressor->finish();
  return out;
}

/// Writes object and manifest, and returns the name.
inline std::string store(const std::filesystem::path& folder, const StoredBackup& backup, const std::string& bytes) {
  const auto name = storage::new_backup_name(backup.job, backup.time, "mongodb.archive.zst").text();
  storage::Manifest manifest;
  manifest.name = name;
  manifest.job = backup.job;
  manifest.source = backup.source;
  manifest.kind = "mongodb";
  manifest.started = backup.time;
  manifest.finished = backup.time + std::chrono::seconds(3);
  manifest.bytes = bytes.size();
  manifest.plain_bytes = backup.plain.size();
  manifest.sha256 = sha256_of(bytes);
  manifest.plain_sha256 = sha256_of(backup.plain);
  manifest.compression = "zstd";
  manifest.items = 3;
  manifest.unit = "documents";
  manifest.collections = {{"shop.fruits", 3}};
  manifest.tool_version = "sidekick 0";
  manifest.proof = backup.proof;
  manifest.suspect = backup.standing == StoredBackup::Standing::suspect;
  write_file(folder / name, bytes);
  write_file(folder / storage::manifest_name(name), storage::to_json(manifest));
  return name;
}

inline std::string store(const std::filesystem::path& folder, const StoredBackup& backup) {
  return store(folder, backup, zstd_of(backup.plain));
}

}  // namespace sidekick::test
