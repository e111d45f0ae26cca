/// The header of an age file: text, with the key of the file wrapped for each recipient.
///
/// Its grammar: C2SP age v1. A first line; stanzas "-> TYPE ARGUMENT…", each with a body in base64, in lines of 64
/// characters and a shorter one at its end; "--- MAC".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filters/age.hpp"
#include "filters/age/crypto.hpp"

namespace sidekick::filters::age {

constexpr std::string_view first_line = "age-encryption.org/v1\n";
constexpr std::size_t max_header_bytes = std::size_t{256} << 10;

struct Stanza {
  std::vector<std::string> words;  ///< the type and its arguments
  std::vector<std::uint8_t> body;
};

struct Header {
  std::vector<Stanza> stanzas;
  std::string authenticated;  ///< its text to "---", which the MAC is over
  Mac mac{};
};

/// The text of a header for a file key.
std::string format_header(const std::vector<Stanza>& stanzas, const FileKey& key);

/// Reads text from "age-encryption.org/v1" to the end of the line "--- MAC". Throws Error of kind data naming `name`.
Header parse_header(std::string_view text, const std::string& name);

/// True where the MAC matches the file key.
bool is_authentic(const Header& header, const FileKey& key);

/// Wraps a file key for a recipient, in a stanza of type X25519.
Stanza wrap(const FileKey& key, const AgeRecipient& recipient);

/// Unwraps the file key; nothing where the stanza has another type or recipient. Throws Error of kind data naming
/// `name` where an X25519 stanza is malformed.
std::optional<FileKey> unwrap(const Stanza& stanza, const AgeIdentity& identity, const std::string& name);

}  // namespace sidekick::filters::age
