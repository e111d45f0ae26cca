/// What of a tree is left out, in the syntax of .gitignore (gitignore(5)).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sidekick::backup::tar {

/// True where `text` is what `pattern` says: '*' and '?' never stand for a '/', "**" between slashes for any folders.
/// Takes the product of both lengths at most. Pure.
bool matches_wildcards(std::string_view pattern, std::string_view text);

/// Patterns, of which the last that matches decides. Immutable.
class Excludes final {
 public:
  Excludes() = default;

  /// One pattern a line; empty lines and those that begin with '#' count for nothing.
  explicit Excludes(std::string_view lines);

  bool empty() const noexcept { return patterns_.empty(); }

  enum class Kind { folder, other };

  /// True where `path` ("a/b", below the root of the tree) is left out. To be asked of each folder before what is in
  /// it: nothing below a folder that is left out can be taken in again.
  bool leave_out(std::string_view path, Kind kind) const;

 private:
  struct Pattern {
    std::string text;
    bool takes_in = false;      ///< "!pattern"
    bool folders_only = false;  ///< "pattern/"
    bool whole_path = false;    ///< with a '/' in it: else the last step alone is compared
  };
  std::vector<Pattern> patterns_;
};

}  // namespace sidekick::backup::tar
