/// Creates the folder of a repository, and removes leftovers of killed processes.
#pragma once

#include <filesystem>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/settings.hpp"

namespace sidekick::git_sync {

/// Creates what a repository needs and lacks; a `.git` gets a work tree, any other name is bare. Throws Error data (the
/// folder holds something else), io, denied, cannot_create.
void make_git_dir(const std::filesystem::path& git_dir, LinkedTarget::Access access);

/// The folder below `objects` where packs arrive.
inline constexpr const char* incoming_name = "tmp_incoming";

/// Removes lock files, temporary files and indexes without their pack. The caller must hold the lock of the root.
void remove_stale_files(const std::filesystem::path& git_dir);

/// Sets the mode that libgit2 asked for (0444) on a file that it created, whatever the process's mask. Throws Error io,
/// denied.
void set_pack_mode(const std::filesystem::path& pack_file);

/// The lines of the file `shallow`, sorted; none where it is missing. Throws Error data, io, denied.
std::vector<ObjectId> read_shallow(const std::filesystem::path& git_dir);
/// Synced and renamed; removed where there is none.
void write_shallow(const std::filesystem::path& git_dir, std::vector<ObjectId> commits);

}  // namespace sidekick::git_sync
