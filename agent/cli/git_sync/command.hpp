/// The command `git-sync`.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

int run_git_sync(const Invocation& invocation);

}  // namespace sidekick::cli
