/// What both modes share when they look at a folder that may not be theirs.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "sidekick/log.hpp"

namespace sidekick::git_sync {

/// True when libgit2 can open the repository at `git_dir`, whoever owns it.
bool opens_as_repository(const std::filesystem::path& git_dir);

/// Makes a repository written by another git safe to read: see remove_broken_loose_objects(). Warns of what it removed.
void make_readable(const std::filesystem::path& git_dir, Log& log);

/// "'a', 'b', 'c' and 5 more": at most three of `names`, escaped to one line.
std::string name_some(std::span<const std::string> names);

}  // namespace sidekick::git_sync
