/// The file `index` of a worktree, which host git compares with the files.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <vector>

#include "git_sync/publish/entry.hpp"

namespace sidekick::git_sync {

/// Writes the entries of the main repository with their status on disk, so that git need not read them, and its
/// submodules. `statuses` corresponds to `listing.entries`. Replaced by a rename; not synced. Throws Error io, denied.
void write_git_index(const std::filesystem::path& file, const Listing& listing,
                     const std::vector<struct stat>& statuses);

}  // namespace sidekick::git_sync
