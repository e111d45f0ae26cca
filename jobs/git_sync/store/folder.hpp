/// The folder of a repository: made, and freed of what a killed process left in it.
#pragma once

#include <filesystem>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/settings.hpp"

namespace sidekick::git_sync {

/// Makes what a repository needs, where it is not there yet; a `.git` gets a work tree, any other name is bare. Throws
/// Error data (the folder holds something else), io, denied, cannot_create.
void make_git_dir(const std::filesystem::path& git_dir, LinkedTarget::Access access);

/// The folder below `objects` that packs arrive in.
inline constexpr const char* incoming_name = "tmp_incoming";

/// Removes lock files, temporary files and indexes without their pack. Only for whoever holds the lock of the root.
void remove_stale_files(const std::filesystem::path& git_dir);

/// The lines of the file `shallow`, sorted; none where there is no such file. Throws Error data, io, denied.
std::vector<ObjectId> read_shallow(const std::filesystem::path& git_dir);
/// Synced and renamed; removed where there is none.
void write_shallow(const std::filesystem::path& git_dir, std::vector<ObjectId> commits);

}  // namespace sidekick::git_sync
