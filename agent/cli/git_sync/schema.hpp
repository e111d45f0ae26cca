/// The settings of `git-sync`: the flags of kubernetes/git-sync v4, and ours.
#pragma once

#include <vector>

#include "agent/config/setting.hpp"

namespace sidekick::cli {

config::Schema git_sync_schema();

/// How to authenticate, and how the server is verified.
std::vector<config::Setting> git_sync_access_settings();

/// What runs after a sync, or before it.
std::vector<config::Setting> git_sync_hook_settings();

/// Flags of the peer that have a newer name, have no effect, or are refused.
std::vector<config::Setting> git_sync_legacy_settings();

/// The settings of every job, except those that do not fit a loop or conflict with names of the peer.
std::vector<config::Setting> git_sync_common_settings();

}  // namespace sidekick::cli
