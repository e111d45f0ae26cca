/// Durations as people write them: "30s", "1h30m", "500ms".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick {

inline constexpr std::chrono::milliseconds longest_duration = std::chrono::days(3660);

/// Parses a duration: each number has a unit (ms, s, m, h, d), larger units come first, no sign, at most
/// longest_duration; "0" needs no unit. Nothing for any other text.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest text that parse_duration() reads back: "1h30m", "4.2s" becomes "4s200ms", zero is "0s".
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace sidekick
