/// Converts UTC times to text, and back.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick {

/// A time of the wall clock.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 with milliseconds: "2026-11-21T03:15:00.000Z".
std::string utc_text(WallTime time);
/// ISO 8601 without separators, truncated to the second: "20261121T031500Z".
std::string compact_utc_text(WallTime time);

/// Parse exactly one of the forms; nothing for any other text or an impossible time.
std::optional<WallTime> parse_utc(std::string_view text) noexcept;
std::optional<WallTime> parse_whole_utc(std::string_view text) noexcept;  ///< "2026-11-21T03:15:00Z"
std::optional<WallTime> parse_compact_utc(std::string_view text) noexcept;

}  // namespace sidekick
