/// Writes the files of a snapshot on several threads.
#pragma once

#include <vector>

#include "git_sync/publish/checkout_reader.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/staging.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// Puts each of `entries` into `staging` under its number, and returns the stamps. Throws the first Error of any
/// thread, after all have ended: as CheckoutReader::read() and Staging::put(), and cancelled.
std::vector<FileStamp> stage_entries(const Staging& staging, const std::vector<const Entry*>& entries,
                                     CheckoutReader& reader, const CancelToken& cancel);

}  // namespace sidekick::git_sync
