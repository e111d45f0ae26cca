/// The filters of partial clones that are understood here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick::git_sync {

/// What a fetch leaves out (git-rev-list, "--filter"). A value.
struct ObjectFilter {
  enum class Trees { sent, left_out } trees = Trees::sent;
  std::optional<std::uint64_t> max_blob_bytes{};  ///< blobs as large or larger are left out; nothing: none is

  /// "blob:none", "blob:limit=N" with an optional k, m or g, or "tree:0"; an empty text leaves nothing out. Nothing for
  /// any other text.
  static std::optional<ObjectFilter> parse(std::string_view text);
};

}  // namespace sidekick::git_sync
