/// Checks the indexes of packs before libgit2 reads them: it trusts them, and a damaged one makes it crash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sidekick::git_sync {

/// What is wrong with an index (gitformat-pack, versions 1 and 2) of the pack beside it, empty where nothing is. Checks
/// its size, checksum and order, and that every offset lies inside of the pack. Throws Error io, denied.
std::string damage_of_index(const std::filesystem::path& index);

/// An index that cannot be used, and why.
struct DamagedIndex {
  std::filesystem::path path;
  std::string cause;
};

/// Checks the indexes of packs and the multi-pack-index of one folder of objects and of its alternates. For one thread.
class IndexCheck final {
 public:
  explicit IndexCheck(std::filesystem::path objects) : objects_(std::move(objects)) {}

  /// The indexes that are damaged. A sound one is read again only after it changed. Throws Error io, denied.
  std::vector<DamagedIndex> run();

 private:
  using Stamp = std::pair<std::int64_t, std::uint64_t>;  ///< time of the last change in nanoseconds, bytes

  void check_folder(const std::filesystem::path& objects, int depth, std::vector<DamagedIndex>& out);

  std::filesystem::path objects_;
  std::map<std::filesystem::path, Stamp> sound_;
};

}  // namespace sidekick::git_sync
