#include "agent/config/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace sidekick::config {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t longest_ms = longest_duration.count();

std::optional<double> go_unit_in_ms(std::string_view name) {
  if (const auto unit = parse_duration("1" + std::string(name))) return static_cast<double>(unit->count());
  if (name == "us" || name == "\u00b5s" || name == "\u03bcs") return 1e-3;
  if (name == "ns") return 1e-6;
  return {};
}

}  // namespace

std::optional<milliseconds> parse_go_duration(std::string_view text) {
  if (const auto plain = parse_duration(text)) return plain;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return {};
  double total_ms = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || text.front() == '-' || !std::isfinite(number)) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto name = text.substr(0, text.find_first_of(".0123456789"));
    const auto in_ms = go_unit_in_ms(name);
    if (!in_ms) return {};
    total_ms += number * *in_ms;
    text.remove_prefix(name.size());
  }
  if (total_ms > static_cast<double>(longest_ms)) return {};
  const auto whole = static_cast<std::int64_t>(total_ms);
  return milliseconds(negative ? -whole : whole);
}

std::optional<milliseconds> parse_seconds(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return parse_go_duration(text);
  if (!std::isfinite(seconds) || std::abs(seconds) > static_cast<double>(longest_ms) / 1000) return {};
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::string spoken_duration(std::chrono::nanoseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  const auto whole = static_cast<long long>(seconds);
  std::array<char, 64> text{};
  if (seconds < 10)
    std::snprintf(text.data(), text.size(), "%.2f s", seconds);
  else if (seconds < 60)
    std::snprintf(text.data(), text.size(), "%.1f s", seconds);
  else if (seconds < 3600)
    std::snprintf(text.data(), text.size(), "%lldm %llds", whole / 60, whole % 60);
  else
    std::snprintf(text.data(), text.size(), "%lldh %lldm", whole / 3600, whole / 60 % 60);
  return text.data();
}

}  // namespace sidekick::config
