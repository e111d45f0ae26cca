/// Small letters, for comparisons without regard to case.
#pragma once

#include <string>
#include <string_view>

namespace sidekick {

/// The small letter of an ASCII letter; every other byte as it is, whatever the locale. Pure.
constexpr char lower_case(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The same for each byte of `text`.
inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = lower_case(c);
  return out;
}

}  // namespace sidekick
