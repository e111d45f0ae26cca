/// What checks of a storage left whose process died in them.
#pragma once

#include "sidekick/cancel.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage {

/// Lists the storage's leftovers and removes the parts named check_name that are older than a day: no job has them
/// among its own. One that may not be removed stays. Throws as Storage::leftovers() does, and cancelled.
void remove_old_checks(Storage& storage, const CancelToken& cancel);

}  // namespace sidekick::storage
