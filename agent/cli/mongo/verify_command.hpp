/// The command `verify`.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

config::Schema verify_schema();

/// Proves what it is given and prints what that holds. Returns the exit code; throws as run_job().
int run_verify(const Invocation& invocation);

}  // namespace sidekick::cli
