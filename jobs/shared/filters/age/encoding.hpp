/// How age writes bytes as text: Base64 in its header, Bech32 for its keys.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::filters::age {

/// RFC 4648, without padding.
std::string base64(std::span<const std::uint8_t> bytes);

/// Only what base64() writes: nothing for padding, other characters, a length or last bits that it never has.
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

struct Bech32 {
  std::string prefix;  ///< as written, in either case
  std::vector<std::uint8_t> bytes;
};

/// BIP 173, of any length. Throws Error of kind config "<what>: <what is wrong>", in which nothing of the text stands.
Bech32 from_bech32(std::string_view text, const std::string& what);

}  // namespace sidekick::filters::age
