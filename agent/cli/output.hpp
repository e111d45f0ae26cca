/// Standard output, for what was asked for (help, version, values): the log goes to standard error.
#pragma once

#include <string_view>

namespace sidekick::cli {

/// Throws Error of kind io when not all could be written.
void write_out(std::string_view text);

}  // namespace sidekick::cli
