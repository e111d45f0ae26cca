/// Text in UTF-8 (RFC 3629). For any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sidekick {

/// Bytes of the character that `text` begins with: 1 to 4; 0 where it is none, or `text` is empty.
std::size_t character_bytes(std::string_view text) noexcept;

/// True where `text` begins with a character that a terminal obeys instead of showing it: a control character (C0, DEL
/// or C1, of which U+009B begins a sequence as ESC [ does), or one that changes the direction of the text after it.
bool begins_with_control(std::string_view text) noexcept;

/// As much of the front of `text` as `max_bytes` hold, cut between characters; where there is no character to keep
/// whole (bytes that are not UTF-8, or `max_bytes` is less than the first one has), cut anywhere.
std::string_view beginning(std::string_view text, std::size_t max_bytes) noexcept;

/// `text` for a terminal: characters that it would obey, and bytes that are not UTF-8, become "\x1b". For what comes
/// from a manifest, a database or a server: a name can hold anything. Pure.
std::string printable(std::string_view text);

}  // namespace sidekick
