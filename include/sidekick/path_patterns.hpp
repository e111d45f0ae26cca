/// Patterns of paths in the syntax of .gitignore (gitignore(5)).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick {

/// True if `text` matches `pattern`: '*' and '?' do not match a '/', "**" between slashes matches any folders. Takes at
/// most the product of both lengths in steps. Pure.
bool matches_wildcards(std::string_view pattern, std::string_view text);

/// A list of patterns; the last match decides. Immutable.
class PathPatterns final {
 public:
  PathPatterns() = default;

  /// One pattern a line; ignores empty lines and those that begin with '#'.
  explicit PathPatterns(std::string_view lines);

  bool empty() const noexcept { return patterns_.empty(); }

  enum class Kind { folder, other };

  /// The verdict of the last pattern that matches `path` ("a/b", below the root of the tree): true, or false for one
  /// with '!'. Nothing if none matches. Does not check the parent folders of `path`.
  std::optional<bool> last_match(std::string_view path, Kind kind) const;

 private:
  struct Pattern {
    std::string text;
    bool negated = false;       ///< "!pattern"
    bool folders_only = false;  ///< "pattern/"
    bool whole_path = false;    ///< with a '/' in it; else only the last component is compared
  };
  std::vector<Pattern> patterns_;
};

}  // namespace sidekick
