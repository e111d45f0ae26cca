/// Makes the settings of the job from those of `run`.
#pragma once

#include "agent/config/resolve.hpp"
#include "run/settings.hpp"

namespace sidekick::cli {

/// All that it can be told.
config::Schema command_schema();

/// The command is that of `settings`; the environment is the command's, to which the settings add. Reports Error: usage
/// (no command; a value by flag that does not fit), config (another one, a bad line of an env file, settings that
/// exclude each other, an unknown user), no_input, denied (a file that is named).
run::Settings command_settings(const config::Settings& settings, const config::Environment& environment);

}  // namespace sidekick::cli
