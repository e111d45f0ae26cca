/// Carrying out a plan, so that a kill at any instruction leaves whole files and the word of whose they are.
#pragma once

#include "git_sync/publish/files.hpp"
#include "git_sync/publish/in_place_state.hpp"
#include "git_sync/publish/publisher.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/log.hpp"

namespace sidekick::git_sync {

/// How new files and folders look in a folder: as its owner's where we may give them away.
FileAttributes attributes_in(const std::filesystem::path& folder);

/// Stages, syncs, says what is pending, renames and removes, syncs, records. Throws Error: io, denied, cannot_create,
/// data, cancelled. Until the first rename nothing has changed; after it the next call finishes. Warns of what
/// the attributes of the commit ask for and is not done.
void apply(const InPlacePlaces& places, const Assessment& found, const Content& content,
           InPlaceTarget::DeleteOrder order, Log& log, const CancelToken& cancel);

}  // namespace sidekick::git_sync
