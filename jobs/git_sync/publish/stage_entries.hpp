/// Writing the files of a content on as many threads as help.
#pragma once

#include <vector>

#include "git_sync/publish/contents.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/staging.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// Puts each of `entries` into `staging` under its number, and returns their stamps. Throws the first Error of any
/// thread, when all have ended: as Contents::read() and Staging::put(), and cancelled.
std::vector<FileStamp> stage_entries(const Staging& staging, const std::vector<const Entry*>& entries,
                                     Contents& contents, const CancelToken& cancel);

}  // namespace sidekick::git_sync
