/// Walks over commits and trees.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "git_sync/store/commit_reader.hpp"
#include "git_sync/store/store.hpp"

namespace sidekick::git_sync {

/// Walks over the history of `tips` up to the boundary, each commit once, nearest first. `depth` counts from 0 at the
/// tips. Throws Error data (a commit is missing or damaged), cancelled, and what `visit` throws.
struct HistoryStep {
  ObjectId commit;
  CommitLinks links;
  int depth = 0;
};
enum class AfterVisit { go_on, stop };
void walk_history(git_odb* odb, const std::vector<ObjectId>& tips, const ObjectIdSet& boundary,
                  const CancelToken& cancel, const std::function<AfterVisit(const HistoryStep&)>& visit);

/// Visits trees and blobs, each once over all calls of run(). Skips submodules.
class TreeWalk final {
 public:
  using Visit = std::function<void(const ObjectId& id, git_object_t type, const std::string& path)>;
  TreeWalk(git_odb* odb, const CancelToken& cancel, Visit visit)
      : odb_(odb), cancel_(cancel), visit_(std::move(visit)) {}

  /// Calls `visit` for `tree`, whose path is `path`, and for everything below it. Throws as walk_history() does.
  void run(const ObjectId& tree, const std::string& path = {});

 private:
  git_odb* odb_;
  const CancelToken& cancel_;
  Visit visit_;
  ObjectIdSet seen_;
};

std::optional<Missing> first_missing(git_odb* odb, const ObjectId& commit, const std::vector<ObjectId>& shallow,
                                     const CancelToken& cancel, Extent extent);

bool has_depth(git_odb* odb, const ObjectId& commit, int depth, const std::vector<ObjectId>& shallow,
               const CancelToken& cancel);

}  // namespace sidekick::git_sync
