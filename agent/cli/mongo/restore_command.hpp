/// The command `restore`.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

int run_restore(const Invocation& invocation);

}  // namespace sidekick::cli
