/// Durations in schedules: "6h", "1d12h".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sidekick::schedule {

/// The duration, in seconds, or nothing for an invalid text: every number needs its unit (s, m, h, d), larger units
/// come first, no sign, at most ten years.
std::optional<std::chrono::seconds> parse_period(std::string_view text);

}  // namespace sidekick::schedule
