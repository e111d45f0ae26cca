/// Running the job of a command in a process of its own.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

/// Settles the settings, answers --help and its like, and runs the job of `command`, which has a plan. Returns the exit
/// code, that of invalid settings too, which are logged (and parked, if that is wanted); or becomes the program that
/// the plan names. Throws Error of kind io where an answer cannot be written or the process cannot be set up.
int run_job(const Command& command, const Invocation& invocation);

}  // namespace sidekick::cli
