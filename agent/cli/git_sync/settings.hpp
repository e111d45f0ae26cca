/// From the values of the flags to the settings of git-sync.
#pragma once

#include <optional>

#include "agent/cli/git_sync/mode.hpp"
#include "agent/config/resolve.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/log.hpp"

namespace sidekick::cli {

/// What the job is told. Checks every value by itself and against the others, and that the files named can be read;
/// makes nothing. Reports Error: usage for a flag that cannot be read, config for what does not fit or is refused, and
/// as reading a file does. Warns of what was given and has no effect.
git_sync::Settings git_sync_settings(const config::Settings& settings, const config::Environment& environment,
                                     GitSyncMode mode, Log& log);

/// How the remote is reached: that part of git_sync_settings().
git_sync::RemoteSettings git_sync_remote(const config::Values& values, const config::Environment& environment,
                                         Log& log);

/// Reports Error of kind config for the flags of its peer that are refused, and for settings that exclude or need each
/// other; warns of those without effect.
void check_git_sync_rules(const config::Values& values, GitSyncMode mode, Log& log);

/// "SIGHUP", "HUP" and "1" are 1; nothing for what is no signal.
std::optional<int> signal_number(std::string text);

/// The number of --sync-on-signal; nothing when it was not given.
std::optional<int> sync_signal(const config::Values& values, GitSyncMode mode);

/// Where errors are written to in linked mode, even where other settings are wrong; empty: nowhere.
std::filesystem::path error_file_of(const config::Values& values);

}  // namespace sidekick::cli
