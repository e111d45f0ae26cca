/// The command `backup`.
#pragma once

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

/// Takes backups; or where the first word is one of those of run_backup_admin(), does that. Returns the exit code;
/// throws as run_job().
int run_backup(const Invocation& invocation);

}  // namespace sidekick::cli
