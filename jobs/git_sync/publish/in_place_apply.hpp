/// Carries out a plan, so that a kill at any instruction leaves whole files and a record of their owner.
#pragma once

#include "git_sync/publish/confined_folder.hpp"
#include "git_sync/publish/in_place_state.hpp"
#include "git_sync/publish/publisher.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/log.hpp"

namespace sidekick::git_sync {

/// Mode and owner of new files and folders in a folder: those of the folder's owner where the process may chown.
FileAttributes attributes_in(const std::filesystem::path& folder);

/// Stages, syncs, writes the pending record, renames and removes, syncs, writes the record. Throws Error: io, denied,
/// cannot_create, data, cancelled. Until the first rename nothing has changed; after it the next call finishes the
/// work. Warns of attributes of the commit that are not supported.
void apply(const InPlacePlaces& places, const Assessment& found, const Snapshot& snapshot,
           InPlaceTarget::DeleteOrder order, Log& log, const CancelToken& cancel);

}  // namespace sidekick::git_sync
