/// Git's commit and tag objects, as far as a walk needs them.
#pragma once

#include <unordered_set>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/store/libgit2.hpp"

namespace sidekick::git_sync {

struct ObjectIdHash {
  std::size_t operator()(const ObjectId& id) const noexcept;
};
using ObjectIdSet = std::unordered_set<ObjectId, ObjectIdHash>;

struct CommitLinks {
  ObjectId tree;
  std::vector<ObjectId> parents;  ///< as the commit names them, present or not
};

/// Throws Error data: missing, damaged, or not a commit.
CommitLinks read_commit(git_odb* odb, const ObjectId& id);

/// The commit at the end of a chain of annotated tags. Throws Error data: missing, damaged, or not a commit.
ObjectId peel_to_commit(git_odb* odb, const ObjectId& id);

}  // namespace sidekick::git_sync
