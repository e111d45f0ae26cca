/// Loose objects, one per file, as host git writes them.
#pragma once

#include <cstddef>
#include <filesystem>

namespace sidekick::git_sync {

/// Removes the loose objects of `git_dir` that a power loss or a full disk left incomplete, or whose size differs from
/// their header, and returns how many. libgit2 up to 1.9 reads the former for ever and writes past its memory for the
/// latter (its issues 7342 and 7177). Removed objects are fetched again. Throws Error io, denied.
std::size_t remove_broken_loose_objects(const std::filesystem::path& git_dir);

}  // namespace sidekick::git_sync
