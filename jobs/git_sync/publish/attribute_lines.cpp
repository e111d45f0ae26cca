#include "git_sync/publish/attribute_lines.hpp"

#include <algorithm>
#include <optional>

#include "sidekick/lines.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view macro_prefix = "[attr]";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

struct Pattern {
  std::string text;
  std::string_view rest;  ///< of the line
};

char escaped(char c) {
  constexpr std::string_view letters = "abfnrtv";
  constexpr std::string_view meanings = "\a\b\f\n\r\t\v";
  const auto at = letters.find(c);
  return at == std::string_view::npos ? c : meanings[at];
}

bool is_octal(std::string_view digits) {
  return digits.size() == 3 && digits[0] <= '3' &&
         std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '7'; });
}

/// Nothing where the quotes do not end or hold an invalid escape: they are then part of the pattern.
std::optional<Pattern> quoted_pattern(std::string_view line) {
  if (!line.starts_with('"')) return {};
  Pattern out;
  for (std::size_t i = 1; i < line.size(); i++) {
    if (line[i] == '"') {
      out.rest = line.substr(i + 1);
      return out;
    }
    if (line[i] != '\\') {
      out.text += line[i];
      continue;
    }
    const auto code = line.substr(++i, 3);
    if (is_octal(code)) {
      out.text += static_cast<char>((code[0] - '0') * 64 + (code[1] - '0') * 8 + code[2] - '0');
      i += 2;
    } else if (!code.empty() && std::string_view("abfnrtv\\\"").find(code[0]) != std::string_view::npos) {
      out.text += escaped(code[0]);
    } else {
      return {};
    }
  }
  return {};
}

Pattern plain_pattern(std::string_view line) {
  const auto end = std::min(line.find_first_of(blanks), line.size());
  return {std::string(line.substr(0, end)), line.substr(end)};
}

bool is_name(std::string_view name) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !name.empty() && name[0] != '-' && std::ranges::all_of(name, is_fit);
}

std::string_view name_of(std::string_view state) {
  if (state.starts_with('-') || state.starts_with('!')) state.remove_prefix(1);
  return state.substr(0, state.find('='));
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    if (text.empty()) return out;
    const auto end = std::min(text.find_first_of(blanks), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

bool is_macro(std::string_view pattern) {
  return pattern.size() > macro_prefix.size() && pattern.starts_with(macro_prefix);
}

void read_line(std::string_view line, Macros macros, AttributeLines& out) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  if (line.empty() || line[0] == '#') return;
  auto [pattern, rest] = quoted_pattern(line).value_or(plain_pattern(line));
  auto states = split(rest);
  if (is_macro(pattern)) {
    if (macros == Macros::ignored || !is_name(std::string_view(pattern).substr(macro_prefix.size()))) return;
  } else if (pattern.starts_with('!')) {
    out.negative.push_back(pattern);
    return;
  }
  if (std::ranges::all_of(states, [](const std::string& state) { return is_name(name_of(state)); }))
    out.lines.push_back({std::move(pattern), std::move(states)});
}

std::string without_ident(const std::string& state) {
  const auto name = name_of(state);
  if (name != "ident") return state;
  const auto sign = state.substr(0, state.find(name));
  return sign + ident_for_libgit2 + state.substr(sign.size() + name.size());
}

/// Nothing for a pattern that cannot match, or that libgit2 cannot express.
std::optional<std::string> with_escaped_blanks(std::string_view pattern) {
  std::string out;
  bool is_escape = false;
  for (const char c : pattern) {
    if (c == '\n' || c == '\0') return {};
    const bool is_special = c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' || (out.empty() && c == '#');
    if (is_special && !is_escape) out += '\\';
    out += c;
    is_escape = c == '\\' && !is_escape;
  }
  if (is_escape || out.empty()) return {};
  return out;
}

}  // namespace

AttributeLines read_attributes(std::string_view text, Macros macros) {
  AttributeLines out;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  while (!text.empty()) read_line(take_line(text), macros, out);
  return out;
}

std::string attributes_for_libgit2(const std::vector<AttributeLine>& lines) {
  std::string out;
  for (const auto& line : lines) {
    const auto pattern = with_escaped_blanks(line.pattern);
    if (!pattern || line.states.empty()) continue;
    out += *pattern;
    for (const auto& state : line.states) out.append(" ").append(without_ident(state));
    out += '\n';
  }
  return out;
}

}  // namespace sidekick::git_sync
