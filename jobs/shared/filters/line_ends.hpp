/// Detects binary data that a terminal has changed.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sidekick::filters {

/// True where every line feed follows a carriage return, and there is at least one: a terminal changes bytes so (docker
/// exec -t), and binary data does not look so by chance. Meant for damaged data.
bool has_changed_line_ends(std::span<const std::uint8_t> bytes) noexcept;

/// The hint for it.
inline constexpr std::string_view changed_line_ends =
    "a terminal seems to have replaced every LF by CR LF: dump again without -t (docker exec, kubectl exec)";

}  // namespace sidekick::filters
