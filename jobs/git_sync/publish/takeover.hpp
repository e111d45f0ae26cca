/// The files that another git wrote into a folder before git-sync took it over.
#pragma once

#include <filesystem>
#include <string>

#include "git_sync/publish/publisher.hpp"
#include "git_sync/publish/record.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// The files in the index of `git_dir`, with the time and size that they had then. Empty where there is no readable
/// index. Forbidden paths are skipped.
Record files_of_index(const std::filesystem::path& git_dir);

/// The files of the commit that HEAD names, by their blobs alone: for a folder whose record is lost. Of them those that
/// `snapshot`, which has a part, would publish by its subdir and sparse patterns. Empty where there is no HEAD. Throws
/// Error cancelled.
Record files_of_head(const Snapshot& snapshot, const CancelToken& cancel);

}  // namespace sidekick::git_sync
