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

/// Objects of commits within the depth that are not here, without those that a parent or a commit here has at the same
/// path. Throws Error: no_input (a missing want), data (the repository is damaged), cancelled. `path` is for messages.
Selection select_objects(git_repository* repository, const std::string& path, const FetchRequest& request,
                         const CancelToken& cancel);

}  // namespace sidekick::git_sync
