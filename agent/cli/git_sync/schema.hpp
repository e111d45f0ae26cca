/// What `git-sync` can be told: the flags of kubernetes/git-sync v4, and ours.
#pragma once

#include <vector>

#include "agent/config/setting.hpp"

namespace sidekick::cli {

config::Schema git_sync_schema();

/// How to be let in, and how the other side is checked.
std::vector<config::Setting> git_sync_access_settings();

/// What is called after a sync, or before it.
std::vector<config::Setting> git_sync_hook_settings();

/// Flags of the peer's that have a newer name, no effect here, or are refused.
std::vector<config::Setting> git_sync_legacy_settings();

/// The settings every job has, as far as they fit a loop and the peer's own names leave them room.
std::vector<config::Setting> git_sync_common_settings();

}  // namespace sidekick::cli
