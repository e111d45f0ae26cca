/// Text in UTF-8 (RFC 3629). For any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sidekick {

/// The size of the first character of `text` in bytes: 1 to 4; 0 if it is not a valid one, or `text` is empty.
std::size_t character_bytes(std::string_view text) noexcept;

/// True if `text` begins with a character that a terminal interprets instead of showing it: a control character (C0,
/// DEL or C1, of which U+009B begins a sequence as ESC [ does), or one that changes the direction of the text after it.
bool begins_with_control(std::string_view text) noexcept;

/// The longest prefix of `text` of at most `max_bytes` that ends between characters; cut anywhere if there is no such
/// place (bytes that are not UTF-8, or a first character longer than `max_bytes`).
std::string_view beginning(std::string_view text, std::size_t max_bytes) noexcept;

/// `text` for a terminal: control characters and bytes that are not UTF-8 become "\x1b". For text from a manifest, a
/// database or a server: a name can hold anything. Pure.
std::string printable(std::string_view text);

}  // namespace sidekick
