/// Selects the objects of a repository on this machine that a fetch must bring.
#pragma once

#include <string>
#include <vector>

#include "git_sync/remote/remote.hpp"
#include "git_sync/store/libgit2.hpp"

namespace sidekick::git_sync {

struct Selection {
  std::vector<ObjectId> objects;  ///< each once
  std::vector<ObjectId> shallow;  ///< the boundary after the fetch, as git-upload-pack would have it
};

/// Objects of commits that are within the depth and not here, less what a parent or a commit here has at the same path
/// and what the filter leaves out; of other objects that are wanted, those and all below them.
/// Throws Error: no_input (a want that is not there), data (the repository is damaged), cancelled. `path` is for
/// messages.
Selection select_objects(git_repository* repository, const std::string& path, const FetchRequest& request,
                         const CancelToken& cancel);

}  // namespace sidekick::git_sync
