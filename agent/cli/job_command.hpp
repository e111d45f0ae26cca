/// What every command that runs a one-shot job does around it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/cli/commands.hpp"
#include "sidekick/job.hpp"

namespace sidekick::cli {

/// Makes the job from what it was told; checks everything that can be checked without touching anything. Throws Error
/// of kind usage, no_input or config. May log what is worth knowing.
using MakeJob = std::function<std::unique_ptr<OneShotJob>(const config::Settings&, Log&)>;

/// Settles the settings, answers --help and its like, and runs the job under the supervisor. Returns the exit code,
/// that of wrong settings too, which are logged (and parked, if that is wanted). Throws Error of kind io where an
/// answer cannot be written or the process cannot be set up.
int run_job(const Invocation& invocation, const config::Schema& schema, const MakeJob& make_job);

}  // namespace sidekick::cli
