/// The commands about the ledger: `seed status` and `seed forget`.
#pragma once

#include <optional>
#include <vector>

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

/// Runs the command that the first word after `seed` names and returns its exit code; nothing for any other word.
std::optional<int> run_seed_admin(const Invocation& invocation);

/// What each of them takes.
std::vector<config::Schema> seed_admin_schemas();

}  // namespace sidekick::cli
