/// Durations as text: "30s", "1h30m", "500ms".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick::config {

/// The duration, or nothing for an invalid text: every number needs its unit (ms, s, m, h, d), larger units come first,
/// no sign, at most ten years. "0" alone is valid too.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The same with Go's extensions: a sign, fractions, units in any order, ns and us. Truncated to whole milliseconds.
std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text);

/// A plain number of seconds, fractions allowed, or what parse_go_duration() accepts.
std::optional<std::chrono::milliseconds> parse_seconds(std::string_view text);

/// The shortest text that parse_duration() reads back: "1h30m", "4.2s" becomes "4s200ms", zero is "0s".
std::string format_duration(std::chrono::milliseconds duration);

/// For display: "0.42 s", "12.3 s", "4m 12s", "1h 2m".
std::string spoken_duration(std::chrono::nanoseconds duration);

}  // namespace sidekick::config
