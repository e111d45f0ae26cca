#include "verify/manifest_check.hpp"

#include <filesystem>
#include <map>

#include "filters/source.hpp"
#include "mongo/namespace.hpp"
#include "sidekick/error.hpp"
#include "storage/catalog.hpp"
#include "storage/small_object.hpp"

namespace sidekick::verify {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_manifest_bytes = storage::max_small_object_bytes;

using Counts = std::map<std::string, std::uint64_t>;

std::string read_manifest(const std::string& path) {
  filters::FdSource source(filters::open_for_reading(path), path, CancelToken());
  std::string text(max_manifest_bytes + 1, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const auto n = source.read(std::span(reinterpret_cast<std::uint8_t*>(text.data()), text.size()).subspan(filled));
    if (n == 0) break;
    filled += n;
  }
  if (filled > max_manifest_bytes) throw Error(ErrorKind::data, "'" + path + "' is too large for a manifest");
  text.resize(filled);
  return text;
}

/// The documents of a time series have another namespace than the series.
std::string series_name(std::string name) {
  const auto at = name.find("." + std::string(mongo::buckets_prefix));
  if (at != std::string::npos) name.erase(at + 1, mongo::buckets_prefix.size());
  return name;
}

[[noreturn]] void differ(const Report& report, const std::string& what, const std::string& there,
                         const std::string& said) {
  throw Error(ErrorKind::data,
              "'" + report.name + "' does not match its manifest: " + what + " " + there + " instead of " + said,
              "the backup was changed after it was written: use another one");
}

void check_same(const Report& report, const std::string& what, std::uint64_t there, std::uint64_t said) {
  if (there != said) differ(report, what, std::to_string(there), std::to_string(said));
}

void check_counts(const Report& report, const storage::Manifest& manifest) {
  Counts there;
  for (const auto& part : report.parts)
    if (part.name != "oplog") there[series_name(part.name)] = part.items;
  Counts said;
  for (const auto& part : manifest.collections) said[series_name(part.name)] = part.count;
  for (const auto& [name, count] : said) {
    const auto found = there.find(name);
    if (found == there.end()) differ(report, "'" + name + "'", "is missing", std::to_string(count));
    check_same(report, "the count of '" + name + "' is", found->second, count);
  }
  for (const auto& [name, count] : there)
    if (!said.contains(name)) differ(report, "'" + name + "'", "is there", "nothing");
}

}  // namespace

std::optional<storage::Manifest> manifest_beside(const std::string& path, Log& log) {
  const auto beside = storage::manifest_name(path);
  if (!fs::exists(beside)) return std::nullopt;
  try {
    return storage::parse_manifest(read_manifest(beside), beside);
  } catch (const Error& error) {
    const bool is_backup = storage::parse_backup_name(fs::path(path).filename().string()).has_value();
    if (error.kind() != ErrorKind::data || is_backup) throw;
    log.warn("the file beside it is not a manifest: not compared", {{"file", beside}, {"cause", error.message()}});
    return std::nullopt;
  }
}

void check_against(const Report& report, const storage::Manifest& manifest) {
  check_same(report, "its bytes are", report.stored_bytes, manifest.bytes);
  if (report.sha256 != manifest.sha256) differ(report, "its sha256 is", report.sha256, manifest.sha256);
  if (report.encrypted != manifest.encrypted)
    differ(report, "it is", report.encrypted ? "encrypted" : "not encrypted", "the contrary");
  if (!report.unit.empty()) check_same(report, "its " + report.unit + " are", report.items, manifest.items);
  if (!manifest.collections.empty()) check_counts(report, manifest);
}

}  // namespace sidekick::verify
