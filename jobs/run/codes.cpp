#include "run/codes.hpp"

#include <charconv>
#include <string>

#include "sidekick/error.hpp"

namespace sidekick::run {

namespace {

struct Range {
  unsigned first = 0;
  unsigned last = 0;
};

Error not_codes(std::string_view part) {
  return {ErrorKind::usage, "'" + std::string(part) + "' is not an exit code from 0 to 255",
          "separate codes and ranges with commas, such as 1,75 or 1-125, or use 'any'"};
}

unsigned number(std::string_view text, std::string_view part) {
  unsigned out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out > 255) throw not_codes(part);
  return out;
}

Range range(std::string_view part) {
  if (part == "any") return {1, 255};
  const auto dash = part.find('-');
  if (dash == std::string_view::npos) return {number(part, part), number(part, part)};
  const Range out{number(part.substr(0, dash), part), number(part.substr(dash + 1), part)};
  if (out.first > out.last) throw not_codes(part);
  return out;
}

}  // namespace

CodeSet parse_codes(std::string_view text) {
  CodeSet out;
  for (;;) {
    const auto comma = text.find(',');
    const auto [first, last] = range(text.substr(0, comma));
    for (auto code = first; code <= last; code++) out.set(code);
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace sidekick::run
