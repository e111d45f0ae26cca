#include "sidekick/path_patterns.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "sidekick/lines.hpp"

namespace sidekick {

namespace {

struct NamedClass {
  std::string_view name;
  int (*holds)(int);
};

constexpr std::array<NamedClass, 12> named_classes{{{"alnum", ::isalnum},
                                                    {"alpha", ::isalpha},
                                                    {"blank", ::isblank},
                                                    {"cntrl", ::iscntrl},
                                                    {"digit", ::isdigit},
                                                    {"graph", ::isgraph},
                                                    {"lower", ::islower},
                                                    {"print", ::isprint},
                                                    {"punct", ::ispunct},
                                                    {"space", ::isspace},
                                                    {"upper", ::isupper},
                                                    {"xdigit", ::isxdigit}}};

/// The result of matching a "[...]" at the front of a pattern against a character.
struct Bracket {
  std::size_t size = 0;  ///< of its text
  bool matches = false;
};

/// An unescaped character, or the one after '\'; nothing at the end.
std::optional<unsigned char> take_character(std::string_view pattern, std::size_t& at) {
  if (at < pattern.size() && pattern[at] == '\\') at++;
  if (at >= pattern.size()) return {};
  return static_cast<unsigned char>(pattern[at++]);
}

/// Nothing if the bracket has no end or names an unknown class: such a pattern matches nothing.
std::optional<Bracket> read_bracket(std::string_view pattern, unsigned char c) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) at++;
  bool found = false;
  for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); first = false) {
    if (pattern.substr(at).starts_with("[:")) {
      const auto end = pattern.find(":]", at + 2);
      if (end == std::string_view::npos) return {};
      const auto* named = std::ranges::find(named_classes, pattern.substr(at + 2, end - at - 2), &NamedClass::name);
      if (named == named_classes.end()) return {};
      found = found || named->holds(c) != 0;
      at = end + 2;
      continue;
    }
    const auto low = take_character(pattern, at);
    if (!low) return {};
    auto high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      at++;
      high = take_character(pattern, at);
      if (!high) return {};
    }
    found = found || (*low <= c && c <= *high);
  }
  if (at >= pattern.size()) return {};
  return Bracket{at + 1, found != negated};
}

class Matcher final {
 public:
  Matcher(std::string_view pattern, std::string_view text)
      : pattern_(pattern), text_(text), failed_((pattern.size() + 1) * (text.size() + 1)) {}

  bool match(std::size_t p, std::size_t t) {
    // Remembers failed pairs of positions, so that many stars take no more than a table.
    const auto key = p * (text_.size() + 1) + t;
    if (failed_[key]) return false;
    const bool matched = try_match(p, t);
    failed_[key] = !matched;
    return matched;
  }

 private:
  bool try_match(std::size_t p, std::size_t t) {
    for (; p < pattern_.size(); t++) {
      if (pattern_[p] == '*') return match_stars(p, t);
      if (t == text_.size()) return false;
      const auto c = static_cast<unsigned char>(text_[t]);
      if (pattern_[p] == '[') {
        const auto bracket = read_bracket(pattern_.substr(p), c);
        if (!bracket || !bracket->matches || c == '/') return false;
        p += bracket->size;
      } else if (pattern_[p] == '?') {
        if (c == '/') return false;
        p++;
      } else if (take_character(pattern_, p) != c) {
        return false;
      }
    }
    return t == text_.size();
  }

  bool match_stars(std::size_t p, std::size_t t) {
    auto after = p;
    while (after < pattern_.size() && pattern_[after] == '*') after++;
    const bool at_end = after == pattern_.size();
    const bool any_folders = after - p > 1 && (p == 0 || pattern_[p - 1] == '/') && (at_end || pattern_[after] == '/');
    if (any_folders && !at_end && match(after + 1, t)) return true;
    for (;; t++) {
      if (at_end ? t == text_.size() : match(after, t)) return true;
      if (t == text_.size() || (!any_folders && text_[t] == '/')) return false;
    }
  }

  std::string_view pattern_;
  std::string_view text_;
  std::vector<bool> failed_;
};

/// Ignores blanks at the end unless a '\' precedes them.
std::string_view without_blanks(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

}  // namespace

bool matches_wildcards(std::string_view pattern, std::string_view text) {
  if (pattern.find_first_of("*?[\\") == std::string_view::npos) return pattern == text;
  return Matcher(pattern, text).match(0, 0);
}

PathPatterns::PathPatterns(std::string_view lines) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (lines.starts_with(byte_order_mark)) lines.remove_prefix(byte_order_mark.size());
  while (!lines.empty()) {
    auto line = without_blanks(take_line(lines));
    if (line.empty() || line.starts_with('#')) continue;
    Pattern pattern;
    pattern.negated = line.starts_with('!');
    if (pattern.negated) line.remove_prefix(1);
    pattern.folders_only = line.ends_with('/');
    if (pattern.folders_only) line.remove_suffix(1);
    pattern.whole_path = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    pattern.text = line;
    patterns_.push_back(std::move(pattern));
  }
}

std::optional<bool> PathPatterns::last_match(std::string_view path, Kind kind) const {
  const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  const auto found = std::find_if(patterns_.rbegin(), patterns_.rend(), [&](const Pattern& pattern) {
    if (pattern.folders_only && kind != Kind::folder) return false;
    return matches_wildcards(pattern.text, pattern.whole_path ? path : name);
  });
  if (found == patterns_.rend()) return {};
  return !found->negated;
}

}  // namespace sidekick
