/// Where the in-place mode keeps what it knows of a folder: `.sidekick` in it, which only its owner can look into.
#pragma once

#include <filesystem>

namespace sidekick::git_sync {

struct StateFolder {
  explicit StateFolder(const std::filesystem::path& published)
      : folder(published / ".sidekick"),
        lock(folder / "lock"),
        git(folder / "git"),
        record(folder / "record"),
        pending(folder / "pending"),
        staging(folder / "staging") {}

  std::filesystem::path folder;
  std::filesystem::path lock;
  std::filesystem::path git;      ///< the store, where no other place was named
  std::filesystem::path record;   ///< the files that came from git
  std::filesystem::path pending;  ///< those of a publication that has begun, with their stamps in `staging`
  std::filesystem::path staging;
};

/// Makes the folder with all above it; the path to it without links. Throws Error: denied, cannot_create, io, config
/// (there is a file).
std::filesystem::path make_folder(const std::filesystem::path& folder);

/// Makes `.sidekick` in `published` (which is there), or takes its rights from all but its owner. Throws Error: denied,
/// cannot_create, io, config (something else has that name).
StateFolder make_state_folder(const std::filesystem::path& published);

}  // namespace sidekick::git_sync
