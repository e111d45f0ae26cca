/// From what `run` was told to the settings of its job.
#pragma once

#include <string>
#include <vector>

#include "agent/config/resolve.hpp"
#include "run/settings.hpp"

namespace sidekick::cli {

/// `words` are the command and its arguments; the environment is the command's, to which the settings add. Throws
/// Error: usage (no command; a value by flag that does not fit), config (another one, a bad line of an env file,
/// settings that exclude each other, an unknown user), no_input, denied (a file that is named).
run::Settings command_settings(const config::Settings& settings, std::vector<std::string> words,
                               const config::Environment& environment);

}  // namespace sidekick::cli
