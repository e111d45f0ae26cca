/// The commands about the program itself.
#pragma once

#include <string>

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

/// The list of commands.
std::string overview();

/// "sidekick 1.2.3" and a line break.
std::string version_text();

int run_help(const Invocation& invocation);
int run_version(const Invocation& invocation);

}  // namespace sidekick::cli
