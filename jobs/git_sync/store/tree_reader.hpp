/// Git's tree objects, as they lie in a repository.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "git_sync/store/libgit2.hpp"

namespace sidekick::git_sync {

inline constexpr std::uint32_t mode_mask = 0170000;
inline constexpr std::uint32_t mode_tree = 0040000;
inline constexpr std::uint32_t mode_file = 0100000;
inline constexpr std::uint32_t mode_symlink = 0120000;
inline constexpr std::uint32_t mode_submodule = 0160000;

struct TreeEntry {
  std::uint32_t mode = 0;
  std::string_view name;
  ObjectId id;
};

/// A tree and its entries, in stored order. Names are not checked, except for an empty one.
class TreeObject final {
 public:
  /// Throws Error data: missing, damaged or not a tree. `path` is for the message.
  TreeObject(git_odb* odb, const ObjectId& id, const std::string& path);

  const std::vector<TreeEntry>& entries() const noexcept { return entries_; }

 private:
  OdbObject object_;
  std::vector<TreeEntry> entries_;
};

}  // namespace sidekick::git_sync
