/// Which namespaces a restore selects, and their names in the target.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sidekick::mongo {

/// A namespace pattern of the official tools: `*` matches anything, including dots; a backslash escapes the next
/// character. Immutable.
class Pattern final {
 public:
  explicit Pattern(std::string_view text);
  bool matches(std::string_view ns) const;

 private:
  /// Literals around the asterisks: n asterisks have n + 1 of them.
  std::vector<std::string> literals_;
};

/// Renames by pairs of patterns: as many asterisks on both sides, or variables `$name$` of the same names. Where
/// several pairs match, the last one wins. Immutable.
class Renamer final {
 public:
  /// `from` and `to` are paired by position. Throws Error of kind config where they do not fit together.
  Renamer(const std::vector<std::string>& from, const std::vector<std::string>& to);

  /// True where the pair at that position matches `ns`, whether or not a later one does too.
  bool fits(std::size_t pair, std::string_view ns) const;

  /// The new name, or `ns` itself where no pair matches.
  std::string rename(std::string_view ns) const;

 private:
  struct Template {
    std::vector<std::string> literals;
    std::vector<std::string> variables;  ///< one between each two literals; "" for an asterisk
  };
  static Template parse(std::string_view text);
  std::vector<std::pair<Template, Template>> pairs_;
};

}  // namespace sidekick::mongo
