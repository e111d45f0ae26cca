/// From the words the program was started with to its exit code.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

/// Selects the command by the name the program was called by, or else by its first word, and runs it. Whatever goes
/// wrong is one line on standard error. Never throws.
int run(int argc, const char* const* argv, const char* const* environment) noexcept;

/// Runs one command with the words that follow its name. Returns its exit code; throws Error.
int run(const Command& command, Invocation invocation);

}  // namespace sidekick::cli
