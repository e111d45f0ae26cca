/// The command `wait`.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

int run_wait(const Invocation& invocation);

}  // namespace sidekick::cli
