#include "schedule/period.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace sidekick::schedule {

namespace {

struct Unit {
  char name;
  std::int64_t in_seconds;
};

constexpr std::array<Unit, 4> units{{{'d', 86'400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
constexpr std::int64_t longest = std::int64_t{3660} * 86'400;

}  // namespace

std::optional<std::chrono::seconds> parse_period(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  auto unit = units.begin();
  while (!text.empty()) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number > static_cast<std::uint64_t>(longest)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    while (unit != units.end() && !text.starts_with(unit->name)) unit++;
    if (unit == units.end()) return std::nullopt;
    text.remove_prefix(1);
    const auto count = static_cast<std::int64_t>(number);
    if (count > longest / unit->in_seconds) return std::nullopt;
    total += count * unit->in_seconds;
    unit++;
    if (total > longest) return std::nullopt;
  }
  return std::chrono::seconds(total);
}

}  // namespace sidekick::schedule
