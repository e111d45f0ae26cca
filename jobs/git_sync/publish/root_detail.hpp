/// What making roots ready shares between the two modes.
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace sidekick::git_sync {

/// True when libgit2 can open the repository at `git_dir`, whoever owns it.
bool opens_as_repository(const std::filesystem::path& git_dir);

/// "'a', 'b', 'c' and 5 more": at most three names, of the last step of each path.
std::string name_some(std::span<const std::filesystem::path> paths);

}  // namespace sidekick::git_sync
