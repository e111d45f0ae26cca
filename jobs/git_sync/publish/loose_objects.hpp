/// Objects that lie one in a file, as host git leaves them.
#pragma once

#include <cstddef>
#include <filesystem>

namespace sidekick::git_sync {

/// Removes the loose objects of `git_dir` that a power cut or a full disk left incomplete, or whose length is not the
/// one they name, and returns how many: libgit2 up to 1.9 reads the former for ever and writes past its memory at the
/// latter (issues 7342 and 7177 of it). What is gone is fetched again. Throws Error io, denied.
std::size_t remove_broken_loose_objects(const std::filesystem::path& git_dir);

}  // namespace sidekick::git_sync
