/// What a git server complains of, in our words.
#pragma once

#include <string>
#include <string_view>

#include "sidekick/error.hpp"

namespace sidekick::git_sync {

/// The error that a server's own text stands for: no_input (no such repository, or a hash that it does not give out),
/// denied, else unavailable.
Error server_error(std::string_view text);

/// What one_line() leaves of the lines of a server's standard error that matter: those after "fatal:", else the last.
std::string last_complaint(std::string_view output);

}  // namespace sidekick::git_sync
