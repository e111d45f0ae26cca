/// Which namespaces a restore takes, and what they are called at the target.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sidekick::mongo {

/// A namespace pattern of the official tools: `*` stands for anything, dots too; a backslash takes the next character
/// as it is. Immutable.
class Pattern final {
 public:
  explicit Pattern(std::string_view text);
  bool matches(std::string_view ns) const;

 private:
  /// Literals around the asterisks: n asterisks have n + 1 of them.
  std::vector<std::string> literals_;
};

/// Renames by pairs of patterns: as many asterisks on both sides, or variables `$name$` of the same names. Where
/// several pairs fit, the last one wins. Immutable.
class Renamer final {
 public:
  /// `from` and `to` pair up by position. Throws Error of kind config where they do not fit each other.
  Renamer(const std::vector<std::string>& from, const std::vector<std::string>& to);

  /// True where the pair at that position fits `ns`, whether or not a later one takes it.
  bool fits(std::size_t pair, std::string_view ns) const;

  /// The new name, or `ns` itself where no pair fits.
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
