/// The commands about backups that are stored already: `backup list`, `show`, `fetch`, `prune` and `accept`.
#pragma once

#include <optional>
#include <vector>

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

/// Runs the command that the first word after `backup` names and returns its exit code; nothing where that word is none
/// of them (or there is none), and then nothing was done. Throws Error, as the other commands do.
std::optional<int> run_backup_admin(const Invocation& invocation);

/// What each of them takes.
std::vector<config::Schema> backup_admin_schemas();

}  // namespace sidekick::cli
