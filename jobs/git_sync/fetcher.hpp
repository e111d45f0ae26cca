/// Getting what is missing from a remote into a store.
#pragma once

#include <string>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/remote/remote.hpp"
#include "git_sync/store/store.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/job.hpp"

namespace sidekick::git_sync {

struct FetchFrame {
  StatusSink& status;
  Log& log;
  MetricSink& metrics;
  const CancelToken& cancel;
};

/// True when `id` and all that it stands for is here, with its history up to where that was cut.
bool is_whole(const Store& store, const ObjectId& id, const CancelToken& cancel);

/// The same, and the history is as deep as asked.
bool is_complete(const Store& store, const ObjectId& id, int depth, const CancelToken& cancel);

/// Brings `id` (a commit or an annotated tag) with `depth` commits of history (0: all), or as many as a remote has that
/// is shallow itself, into the store, and returns its commit. `known` are commits that the store had before: the remote
/// sends what they lack. Where the store turns out to be damaged, everything is fetched anew in its place. Throws what
/// Remote and Store throw; data when the remote sent less than it promised.
ObjectId fetch(Store& store, Remote& remote, const ObjectId& id, int depth, const std::vector<ObjectId>& known,
               const FetchFrame& frame);

/// The same with nothing of what was here before, which goes.
ObjectId fetch_anew(Store& store, Remote& remote, const ObjectId& id, int depth, const FetchFrame& frame);

/// The same for everything that the remote has under refs/heads/ and refs/tags/, with all its history: for finding a
/// commit that no ref names.
void fetch_all(Store& store, Remote& remote, const FetchFrame& frame);

}  // namespace sidekick::git_sync
