/// What the two modes share when they look at a folder that may not be theirs.
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace sidekick::git_sync {

/// True when libgit2 can open the repository at `git_dir`, whoever owns it.
bool opens_as_repository(const std::filesystem::path& git_dir);

/// "'a', 'b', 'c' and 5 more": at most three of `names`, in one line whatever is in them.
std::string name_some(std::span<const std::string> names);

}  // namespace sidekick::git_sync
