/// The files that somebody else's git wrote into a folder before we came.
#pragma once

#include <filesystem>
#include <string>

#include "git_sync/publish/publisher.hpp"
#include "git_sync/publish/record.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// The files that the index of `git_dir` names, with the time and size that they had then. Empty where there is no
/// index, or it cannot be read. Paths that no commit may have are left out.
Record files_of_index(const std::filesystem::path& git_dir);

/// The files of the commit that HEAD names, by their blobs alone: for a folder whose record is lost. Of them those that
/// `content`, which has a part, would publish by its subdir and sparse patterns. Empty where there is no HEAD. Throws
/// Error cancelled.
Record files_of_head(const Content& content, const CancelToken& cancel);

}  // namespace sidekick::git_sync
