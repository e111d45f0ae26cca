/// Gets missing objects from a remote into a store.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "git_sync/activity.hpp"
#include "git_sync/object_id.hpp"
#include "git_sync/remote/remote.hpp"
#include "git_sync/store/store.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

struct FetchFrame {
  Activity& activity;
  Log& log;
  MetricSink& metrics;
  const CancelToken& cancel;
};

/// How much of a commit has to be here.
struct Scope {
  int depth = 1;         ///< of its history; 0: all of it
  std::string filter{};  ///< of a partial clone; empty: every object
  /// With a filter: the blobs that are needed of a commit whose trees are here. Throws Error data, no_input.
  std::function<std::vector<ObjectId>(const ObjectId& commit)> needed{};

  bool is_partial() const noexcept { return !filter.empty(); }
};

/// True when `id` and all of it that `scope` asks for is here, with its history up to where that was cut.
bool is_whole(const Store& store, const ObjectId& id, const Scope& scope, const CancelToken& cancel);

/// The same, and the history is as deep as asked.
bool is_complete(const Store& store, const ObjectId& id, const Scope& scope, const CancelToken& cancel);

/// Brings `id` (a commit or an annotated tag) into the store, with as much history as `scope` asks for or as a remote
/// has that is shallow itself, and returns its commit. `known` are commits that the store had before: the remote sends
/// what they lack. With a filter the blobs that are needed come in a request of their own, and trees that the filter
/// leaves out in one before; a server that cannot do that sends everything, with a warning. Where the store turns out
/// to be damaged, everything is fetched anew in its place. After an error or a kill the next call goes on from the
/// objects that are here. Throws what Remote and Store throw; data when the remote sent less than it promised.
ObjectId fetch(Store& store, Remote& remote, const ObjectId& id, const Scope& scope, const std::vector<ObjectId>& known,
               const FetchFrame& frame);

/// The same with nothing of what was here before, which goes.
ObjectId fetch_anew(Store& store, Remote& remote, const ObjectId& id, const Scope& scope, const FetchFrame& frame);

/// The same for everything that the remote has under refs/heads/ and refs/tags/, with all its history, less what the
/// filter leaves out: for finding a commit that no ref names.
void fetch_all(Store& store, Remote& remote, const std::string& filter, const FetchFrame& frame);

}  // namespace sidekick::git_sync
