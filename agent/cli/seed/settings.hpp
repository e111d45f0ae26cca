/// From the values of the flags to the settings of the job.
#pragma once

#include "agent/config/resolve.hpp"
#include "seed/settings.hpp"
#include "sidekick/log.hpp"

namespace sidekick::cli {

/// All that `seed` can be told.
config::Schema seed_schema();

/// Checks every value by itself and against the others. Reports Error: usage for a value given by a flag that does not
/// fit, config for one given otherwise and for settings that exclude or need each other, no_input for a file that is
/// named and not there.
seed::Settings seed_settings(const config::Settings& settings, Log& log);

}  // namespace sidekick::cli
