#include "mongo/lax_json.hpp"

#include <algorithm>

namespace sidekick::mongo {

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

/// The string that begins at `text` with a quote of either kind, in double quotes; cuts it off `text`.
std::string take_string(std::string_view& text) {
  const char quote = text.front();
  std::string out = "\"";
  std::size_t i = 1;
  for (; i < text.size() && text[i] != quote; i++) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    if (escaped && text[i + 1] == '\'')
      out += text[++i];
    else if (escaped)
      out.append(text.substr(i++, 2));
    else
      out.append(text[i] == '"' ? "\\" : "").append(1, text[i]);
  }
  // Without its end it stays wrong.
  if (i < text.size()) out += '"';
  text.remove_prefix(std::min(i + 1, text.size()));
  return out;
}

/// The word that begins at `text`, in quotes where it is a key; cuts it off `text`.
std::string take_word(std::string_view& text) {
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_word) - text.begin());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  const auto next = text.find_first_not_of(" \t\r\n");
  const bool is_key = next != std::string_view::npos && text[next] == ':';
  std::string out(is_key ? "\"" : "");
  return out.append(word).append(is_key ? "\"" : "");
}

}  // namespace

std::string strict_json(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() == '"' || text.front() == '\'') {
      out += take_string(text);
    } else if (is_word(text.front())) {
      out += take_word(text);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace sidekick::mongo
