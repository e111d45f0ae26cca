/// Converts UTC times to text, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/manifest.hpp"

namespace sidekick::storage {

/// RFC 3339 with milliseconds: "2026-11-21T03:15:00.000Z".
std::string utc_text(WallTime time);
/// ISO 8601 without separators, truncated to the second: "20261121T031500Z".
std::string compact_utc_text(WallTime time);

/// Parses exactly one of the two forms; nothing for anything else, or an impossible time.
std::optional<WallTime> parse_utc(std::string_view text) noexcept;
std::optional<WallTime> parse_compact_utc(std::string_view text) noexcept;

}  // namespace sidekick::storage
