/// Standard output, for what was asked for (help, version, values): the log goes to standard error.
#pragma once

#include <string_view>

#include "sidekick/utf8.hpp"

namespace sidekick::cli {

/// Throws Error of kind io when not all could be written; it may not be tried again, as part of it is written.
void write_out(std::string_view text);

}  // namespace sidekick::cli
