/// Gets missing objects from a remote into a store.
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

/// True when `id` and everything reachable from it are here, with the history up to the shallow boundary.
bool is_whole(const Store& store, const ObjectId& id, const CancelToken& cancel);

/// The same, with at least the requested depth of history.
bool is_complete(const Store& store, const ObjectId& id, int depth, const CancelToken& cancel);

/// Brings `id` (a commit or an annotated tag) into the store and returns its commit, with `depth` commits of history
/// (0: all), or fewer where the remote itself is shallow. `known` are commits that the store already had: the remote
/// sends only what they lack. A damaged store is replaced by a full fetch. Throws what Remote and Store throw; data
/// when the remote sent less than it promised.
ObjectId fetch(Store& store, Remote& remote, const ObjectId& id, int depth, const std::vector<ObjectId>& known,
               const FetchFrame& frame);

/// The same without reusing existing objects, which are removed.
ObjectId fetch_anew(Store& store, Remote& remote, const ObjectId& id, int depth, const FetchFrame& frame);

/// The same for everything that the remote has under refs/heads/ and refs/tags/, with the whole history: finds commits
/// that no ref names.
void fetch_all(Store& store, Remote& remote, const FetchFrame& frame);

}  // namespace sidekick::git_sync
