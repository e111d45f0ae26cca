/// The command `run`.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

/// Runs what stands behind "--" to completion. Returns its exit code or, where there is none of its own, that of the
/// table of kinds. Throws as run_job().
int run_command(const Invocation& invocation);

}  // namespace sidekick::cli
