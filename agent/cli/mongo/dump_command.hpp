/// The command `dump`.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

int run_dump(const Invocation& invocation);

}  // namespace sidekick::cli
