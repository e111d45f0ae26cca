#include "sidekick/utf8.hpp"

#include <algorithm>

#include "sidekick/hex.hpp"

namespace sidekick {

namespace {

constexpr std::size_t longest_character = 4;

bool continues_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::size_t character_bytes(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool second = follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
    return second && follows(2) ? 3 : 0;
  }
  if (first < 0xf0 || first > 0xf4) return 0;
  const bool second = follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
  return second && follows(2) && follows(3) ? 4 : 0;
}

bool begins_with_control(std::string_view text) noexcept {
  if (text.empty()) return false;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x20 || first == 0x7f) return true;
  const auto bytes = character_bytes(text);
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (bytes == 2) return first == 0xc2 && at(1) < 0xa0;
  if (bytes != 3 || first != 0xe2) return false;
  const bool is_embedding = at(1) == 0x80 && ((at(2) >= 0xaa && at(2) <= 0xae) || at(2) == 0x8e || at(2) == 0x8f);
  return is_embedding || (at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9);
}

std::string_view beginning(std::string_view text, std::size_t max_bytes) noexcept {
  if (max_bytes >= text.size()) return text;
  auto cut = max_bytes;
  while (cut > 0 && max_bytes - cut < longest_character && continues_character(text[cut])) cut--;
  return text.substr(0, cut == 0 || continues_character(text[cut]) ? max_bytes : cut);
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto bytes = character_bytes(text);
    const auto length = std::max<std::size_t>(bytes, 1);
    if (bytes > 0 && !begins_with_control(text))
      out.append(text.substr(0, length));
    else
      for (const char c : text.substr(0, length)) out += "\\x" + hex(c);
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace sidekick
