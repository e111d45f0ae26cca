/// The command `healthcheck`.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

config::Schema healthcheck_schema();

/// Asks a sidekick that runs in the same container, prints one line, and returns 0 when it is well, 1 when it is not or
/// does not answer. Throws Error: usage, config where nothing tells whom to ask, io.
int run_healthcheck(const Invocation& invocation);

}  // namespace sidekick::cli
