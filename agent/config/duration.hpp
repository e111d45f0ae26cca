/// Durations as peers write them, and as people read them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "sidekick/duration.hpp"

namespace sidekick::config {

using sidekick::format_duration;
using sidekick::parse_duration;

/// parse_duration() with Go's extensions: a sign, fractions, units in any order, ns and us. Truncated to whole
/// milliseconds.
std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text);

/// A plain number of seconds, fractions allowed, or what parse_go_duration() accepts.
std::optional<std::chrono::milliseconds> parse_seconds(std::string_view text);

/// For display: "0.42 s", "12.3 s", "4m 12s", "1h 2m".
std::string spoken_duration(std::chrono::nanoseconds duration);

}  // namespace sidekick::config
