/// Standard output, for what was asked for (help, version, values): the log goes to standard error.
#pragma once

#include <string>
#include <string_view>

namespace sidekick::cli {

/// Throws Error of kind io when not all could be written; it may not be tried again, as part of it is written.
void write_out(std::string_view text);

/// `text` for a terminal: characters that it would obey, and bytes that are not UTF-8, become "\x1b". For what comes
/// from a manifest, a database or a server: a name can hold anything. Pure.
std::string printable(std::string_view text);

}  // namespace sidekick::cli
