/// Where the in-place mode keeps its state: `.sidekick` in the folder, accessible only to its owner.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

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
  std::filesystem::path git;      ///< the store, unless another place is configured
  std::filesystem::path record;   ///< the files that came from git
  std::filesystem::path pending;  ///< those of a publication in progress, with their stamps in `staging`
  std::filesystem::path staging;
};

/// Creates the folder and its parents, each with `mode` (try_make_folders()); returns its path without links. Throws
/// Error: denied, cannot_create, io, config (there is a file).
std::filesystem::path make_folder(const std::filesystem::path& folder, std::optional<mode_t> mode = {});

/// Creates `.sidekick` in `published` (which exists), or restricts it to its owner. Throws Error: denied,
/// cannot_create, io, config (something else has that name).
StateFolder make_state_folder(const std::filesystem::path& published);

}  // namespace sidekick::git_sync
