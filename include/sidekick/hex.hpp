/// Bytes as hexadecimal digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sidekick {

inline constexpr std::string_view hex_digits = "0123456789abcdef";
inline constexpr std::string_view upper_hex_digits = "0123456789ABCDEF";

/// Two lower-case digits for each byte.
std::string hex(std::span<const std::uint8_t> bytes, std::string_view digits = hex_digits);
std::string hex(std::string_view bytes, std::string_view digits = hex_digits);
/// Of one byte.
std::string hex(char byte, std::string_view digits = hex_digits);

/// True for `count` lower-case digits and nothing else.
bool is_hex(std::string_view text, std::size_t count) noexcept;

/// `count` random digits (an even number) from the system. Throws Error of kind io if it has none.
std::string random_hex(std::size_t count);

}  // namespace sidekick
