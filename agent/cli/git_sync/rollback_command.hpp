/// The commands `git-sync rollback` and `git-sync resume`.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

/// Runs the command that the first word after `git-sync` names and returns its exit code; nothing where that word is
/// neither of them, and then nothing was done. Throws Error, as the other commands do.
std::optional<int> run_git_sync_admin(const Invocation& invocation);

/// What each of them takes.
std::vector<config::Schema> git_sync_admin_schemas();

/// POST /rollback and POST /resume for a linked root.
std::vector<HttpAction> rollback_actions(const std::filesystem::path& root);

}  // namespace sidekick::cli
