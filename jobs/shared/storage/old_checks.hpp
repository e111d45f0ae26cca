/// Removes leftovers of interrupted checks of a storage.
#pragma once

#include "sidekick/cancel.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage {

/// Lists the leftovers of the storage and removes the parts named check_name that are older than a day, which belong to
/// no job. Ignores one that cannot be removed. Throws as Storage::leftovers() does, and cancelled.
void remove_old_checks(Storage& storage, const CancelToken& cancel);

}  // namespace sidekick::storage
