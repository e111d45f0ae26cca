/// Binary data that a terminal has changed on its way.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sidekick::filters {

/// True where every line feed follows a carriage return, and there is one: so a terminal passes bytes on (docker exec
/// -t), and so binary data does not look by chance. Meant for data in which damage was met.
bool has_changed_line_ends(std::span<const std::uint8_t> bytes) noexcept;

/// What to do about it.
inline constexpr std::string_view changed_line_ends =
    "a terminal seems to have replaced every LF by CR LF: dump again without -t (docker exec, kubectl exec)";

}  // namespace sidekick::filters
