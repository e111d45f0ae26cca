/// The local objects: a git repository on disk, its packs and its shallow boundary.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/settings.hpp"
#include "git_sync/store/pack_sink.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/job.hpp"

struct git_repository;

namespace sidekick::git_sync {

enum class OlderObjects { keep, drop };

/// A pack that is being received. Invisible until it is kept; otherwise removed without a trace.
class IncomingPack : public PackSink {
 public:
  /// Verifies, indexes and syncs the pack, makes it visible, and then makes `shallow` the boundary. Ignores an empty
  /// pack. With OlderObjects::drop the existing objects are removed afterwards, because they were damaged. Throws
  /// Error: data (damaged, or objects of a thin pack missing), io.
  virtual void keep(const std::vector<ObjectId>& shallow, OlderObjects older) = 0;
};

/// What of a commit's objects is missing or damaged; nothing when complete.
struct Missing {
  ObjectId object;
  std::string path;  ///< empty for a commit
};

/// How much of a commit is looked at: in a partial clone blobs may be missing.
enum class Extent { everything, trees };

/// A repository that host git can use too. For one thread at a time, but objects may be read by several (each with its
/// own handle, opened in git_dir()). A kill while a pack is received leaves a temporary file, which the next open
/// removes.
class Store final {
 public:
  /// Opens the repository at `git_dir`, or creates it. Removes stale lock files: the caller holds the lock of the root.
  /// Removes a damaged index of a pack, so that the objects of that pack count as missing. Throws Error: data
  /// (something else is there, or it is damaged beyond use), io, denied, cannot_create.
  static Store open_or_create(const std::filesystem::path& git_dir, LinkedTarget::Access access);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  const std::filesystem::path& git_dir() const noexcept;
  git_repository* handle() const noexcept;

  /// True when the object itself is here, whatever it points to.
  bool contains(const ObjectId& id) const;

  /// The commit that a commit or annotated tag names. Throws Error data when it is missing or not a commit.
  ObjectId commit_of(const ObjectId& id) const;

  /// The only commit whose name begins with `prefix` (4 to 40 digits); nothing when there are none or several.
  std::optional<ObjectId> commit_by_prefix(const std::string& prefix) const;

  /// The tree of a commit, or of the folder `subdir` in it. Throws Error no_input when there is no such folder.
  ObjectId tree_of(const ObjectId& commit, const std::string& subdir = {}) const;

  /// Walks from `commit` over its history up to the boundary, and its whole tree; the parents' trees are not read.
  /// Nothing when all is there, but for blobs where the extent is `trees`. Blobs are not read: that is for whoever
  /// writes them.
  std::optional<Missing> first_missing(const ObjectId& commit, const CancelToken& cancel,
                                       Extent extent = Extent::everything) const;

  std::vector<ObjectId> shallow() const;

  /// True when there is as much history as `depth` requires: the boundary is where it would be. Throws Error:
  /// cancelled, data (a commit is missing or damaged).
  bool has_depth(const ObjectId& commit, int depth, const CancelToken& cancel) const;

  std::unique_ptr<IncomingPack> receive(StatusSink& status, const CancelToken& cancel);

  /// Detaches HEAD at `commit`, so that any gc keeps what is reachable from it.
  void set_head(const ObjectId& commit);

  /// Drops the objects that `keep` does not reach, where that is worth it: the new pack is whole and synced before
  /// the old ones go. With the extent `trees`, blobs may be missing. Returns the bytes freed.
  std::uint64_t collect_garbage(const std::vector<ObjectId>& keep, GarbageCollection when, const CancelToken& cancel,
                                Extent extent = Extent::everything);

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::git_sync
