/// Which paths of a commit are published: the patterns of a sparse checkout.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sidekick/path_patterns.hpp"

namespace sidekick::git_sync {

/// Patterns as git reads them from info/sparse-checkout (git-sparse-checkout, "FULL PATTERN SET"). Those of the cone
/// mode are a subset with the same meaning. Immutable, so safe from any thread.
class SparsePatterns final {
 public:
  explicit SparsePatterns(std::string text) : text_(std::move(text)), patterns_(text_) {}

  /// Throws Error no_input (no such file), denied, io.
  static SparsePatterns read(const std::filesystem::path& file);

  const std::string& text() const noexcept { return text_; }

  enum class Reach { left_out, published };

  /// What holds for `path` (from the top of the repository): what the last pattern that matches says, or else what
  /// holds for the folder it lies in. At the top that is left_out.
  Reach reach_of(std::string_view path, PathPatterns::Kind kind, Reach of_folder) const;

  /// What holds for a folder, by all the folders it lies in; an empty path is the top.
  Reach reach_of_folder(std::string_view folder) const;

 private:
  std::string text_;
  PathPatterns patterns_;
};

}  // namespace sidekick::git_sync
