/// Manifests for tests.
#pragma once

#include <string>

#include "storage/manifest.hpp"

namespace sidekick::test {

/// One with something in every field.
inline storage::Manifest sample_manifest(const std::string& name, const std::string& job) {
  storage::Manifest out;
  out.name = name;
  out.job = job;
  out.source = "mongodb://db/shop";
  out.kind = "mongodb";
  out.started = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::milliseconds(11'700'250);
  out.finished = out.started + std::chrono::milliseconds(1'500);
  out.bytes = 0xffff'ffff'ffff'ffffU;
  out.plain_bytes = 12;
  out.sha256 = std::string(64, '0');
  out.plain_sha256 = std::string(64, 'a');
  out.compression = "zstd";
  out.encrypted = true;
  out.items = 5;
  out.unit = "documents";
  out.collections = {{"shop.fruits", 3}, {"shop.\"o\"", 2}};
  out.server_version = "6.0.16";
  out.tool_version = "0.1.0";
  out.proof = storage::Proof::restored;
  out.suspect = true;
  out.warnings = {"a\nline", "\xc3\xa9"};
  return out;
}

}  // namespace sidekick::test
