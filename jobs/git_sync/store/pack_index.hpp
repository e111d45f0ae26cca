/// Verifies the indexes of packs before libgit2 reads them: libgit2 trusts them, and crashes on a damaged one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sidekick::git_sync {

/// The defect of an index (gitformat-pack, versions 1 and 2) of the pack beside it; empty where there is none. Checks
/// size, checksum and order, and that every offset is inside the pack. Throws Error io, denied.
std::string damage_of_index(const std::filesystem::path& index);

/// An unusable index, and why.
struct DamagedIndex {
  std::filesystem::path path;
  std::string cause;
};

/// Verifies the indexes of packs and the multi-pack-index of one object folder and its alternates. For one thread.
class IndexCheck final {
 public:
  explicit IndexCheck(std::filesystem::path objects) : objects_(std::move(objects)) {}

  /// The damaged indexes. A good one is read again only after it changed. Throws Error io, denied.
  std::vector<DamagedIndex> run();

 private:
  using Stamp = std::pair<std::int64_t, std::uint64_t>;  ///< time of the last change in nanoseconds, bytes

  void check_folder(const std::filesystem::path& objects, int depth, std::vector<DamagedIndex>& out);

  std::filesystem::path objects_;
  std::map<std::filesystem::path, Stamp> sound_;
};

}  // namespace sidekick::git_sync
