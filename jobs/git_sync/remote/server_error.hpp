/// Classifies the errors that git servers send as text.
#pragma once

#include <string>
#include <string_view>

#include "sidekick/error.hpp"

namespace sidekick::git_sync {

/// The error for a text of the server: no_input (no such repository, or a hash that it does not serve), denied, else
/// unavailable.
Error server_error(std::string_view text);

/// Cuts the first line off `text` and returns it, without the "remote:" that some forges put before each.
std::string_view take_remote_line(std::string_view& text);

/// The relevant lines of a server's standard error, shortened by one_line(): those after "fatal:", else the last.
std::string last_complaint(std::string_view output);

}  // namespace sidekick::git_sync
