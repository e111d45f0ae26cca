/// The text encodings of age: Base64 in its header, Bech32 for its keys.
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

/// Accepts only what base64() writes: no padding, no other characters, no impossible length or last bits.
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

struct Bech32 {
  std::string prefix;  ///< as written, in either case
  std::vector<std::uint8_t> bytes;
};

/// BIP 173, of any length. Throws Error of kind config "<what>: <cause>", which contains nothing of the text.
Bech32 from_bech32(std::string_view text, const std::string& what);

}  // namespace sidekick::filters::age
