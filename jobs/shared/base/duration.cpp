#include "sidekick/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace sidekick {

namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t in_ms;
};

constexpr std::array<Unit, 5> units{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::int64_t longest_ms = longest_duration.count();

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return milliseconds(0);
  if (text.empty()) return {};
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || number > longest_ms || text.front() == '-') return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto name = text.substr(0, text.find_first_of("0123456789"));
    while (next_unit < units.size() && units[next_unit].name != name) next_unit++;
    if (next_unit == units.size()) return {};
    if (number > longest_ms / units[next_unit].in_ms) return {};
    total += number * units[next_unit++].in_ms;
    if (total > longest_ms) return {};
    text.remove_prefix(name.size());
  }
  return milliseconds(total);
}

std::string format_duration(milliseconds duration) {
  std::int64_t left = duration.count();
  std::string out;
  for (const auto& unit : units) {
    if (left >= unit.in_ms) out += std::to_string(left / unit.in_ms) + std::string(unit.name);
    left %= unit.in_ms;
  }
  return out.empty() ? "0s" : out;
}

}  // namespace sidekick
