/// The manifest of a stored backup: a small JSON object beside it.
#pragma once

#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sidekick/utc.hpp"

namespace sidekick::storage {

/// How far a backup was verified; each level includes those before it. The name of the field in manifests is "proof".
enum class Proof { streamed, stored, read, restored };

std::string_view name_of(Proof proof) noexcept;
std::optional<Proof> parse_proof(std::string_view text) noexcept;

using sidekick::WallTime;

/// One count of a source: {"shop.fruits", 3}.
struct PartCount {
  std::string name;
  std::uint64_t count = 0;
};

struct Manifest {
  std::string name;  ///< of the object
  std::string job;
  std::string source;  ///< without credentials
  std::string kind;    ///< "mongodb", "dir", "exec"
  WallTime started{};
  WallTime finished{};
  std::uint64_t bytes = 0;        ///< as stored
  std::uint64_t plain_bytes = 0;  ///< before compression
  std::string sha256;             ///< as stored, 64 hexadecimal digits
  std::string plain_sha256;
  std::string compression;  ///< "zstd", "gzip", "none"
  bool encrypted = false;
  std::uint64_t items = 0;             ///< documents, files; 0 for a command's output
  std::string unit;                    ///< "documents", "files", ""
  std::vector<PartCount> collections;  ///< of MongoDB, with their documents; else empty
  bool consistent = true;
  bool oplog = false;  ///< it has an oplog, which a restore replays
  std::string server_version;
  std::string tool_version;
  Proof proof = Proof::streamed;
  bool suspect = false;  ///< much smaller than the last good one; until accepted
  std::vector<std::string> warnings;
};

/// JSON with a "version": 1; unknown fields are ignored when it is read. Throws Error of kind data naming `name` for
/// anything but a manifest.
std::string to_json(const Manifest& manifest);
boost::json::object json_of(const Manifest& manifest);
Manifest parse_manifest(std::string_view json, std::string_view name);

/// "1 file" for 1 and "files", "2 files" for 2. Pure.
std::string counted(std::uint64_t count, std::string_view plural);

}  // namespace sidekick::storage
