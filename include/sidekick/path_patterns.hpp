/// Patterns of paths in the syntax of .gitignore (gitignore(5)).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick {

/// True where `text` is what `pattern` says: '*' and '?' never stand for a '/', "**" between slashes for any folders.
/// Takes the product of both lengths at most. Pure.
bool matches_wildcards(std::string_view pattern, std::string_view text);

/// Patterns, of which the last that matches decides. Immutable.
class PathPatterns final {
 public:
  PathPatterns() = default;

  /// One pattern a line; empty lines and those that begin with '#' count for nothing.
  explicit PathPatterns(std::string_view lines);

  bool empty() const noexcept { return patterns_.empty(); }

  enum class Kind { folder, other };

  /// What the last pattern that matches `path` ("a/b", below the root of the tree) says: true, or false for one with
  /// '!'. Nothing where none matches. The folders that `path` lies in are not looked at.
  std::optional<bool> last_match(std::string_view path, Kind kind) const;

 private:
  struct Pattern {
    std::string text;
    bool negated = false;       ///< "!pattern"
    bool folders_only = false;  ///< "pattern/"
    bool whole_path = false;    ///< with a '/' in it: else the last step alone is compared
  };
  std::vector<Pattern> patterns_;
};

}  // namespace sidekick
