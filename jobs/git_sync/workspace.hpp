/// A root that we hold: its repository, and what its readers see.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "git_sync/fetcher.hpp"
#include "git_sync/hooks/hooks.hpp"
#include "git_sync/publish/publisher.hpp"
#include "git_sync/publish/root.hpp"
#include "git_sync/publish/tree_watch.hpp"
#include "git_sync/settings.hpp"
#include "git_sync/snapshot_builder.hpp"
#include "git_sync/store/store.hpp"

namespace sidekick::git_sync {

/// Holds the lock of the root for its lifetime. For one thread. Members throw what Store, Remote and Publisher throw.
class Workspace final {
 public:
  /// Prepares the root and opens it. `settings` and `log` outlive it.
  Workspace(const Settings& settings, RootLock lock, Log& log);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  Store& store() noexcept { return store_; }
  const Publisher& publisher() const noexcept { return *publisher_; }

  /// The sparse patterns in effect; null where everything is published.
  const SparsePatterns* sparse_patterns() const noexcept { return source_.sparse_patterns(); }

  /// False once the root or its repository was removed: a new workspace is needed.
  bool stands() const;

  /// True when readers are still sent to what was last published or checked. Reads one link, or the stamp of one file.
  bool shows_published() const;

  /// Checks the published files and their objects, and repairs what is damaged. Fetches missing objects from `remote`,
  /// and asks it for nothing else. Returns the published, complete commit; nothing when there is none.
  std::optional<ObjectId> check(Remote& remote, const FetchFrame& frame);

  /// Called for a publication before readers are sent to its tree.
  using Announce = std::function<void(const Publication&)>;

  /// Reads the sparse patterns anew, brings `id` (a commit or annotated tag) here, unless it is, and makes it what
  /// readers see after the gate let it pass.
  Publication publish(const ObjectId& id, Remote& remote, const Announce& announce, const FetchFrame& frame);

  /// Sends readers to the tree of `commit` where that is still there, as it is: check() looks at it. Nothing where
  /// there is none.
  std::optional<Publication> show(const ObjectId& commit, const Announce& announce);

  /// True where somebody changed a published file since the last check() or watch_published(). Costs next to nothing.
  void watch_published(const CancelToken& cancel);
  bool sees_change();

  /// Removes trees that no reader is sent to any more, after their timeout.
  void remove_old_trees(const FetchFrame& frame);

  /// The same, and removes unreachable objects.
  void tidy(const FetchFrame& frame);

 private:
  /// Does the work; if it fails because of damaged objects, fetches that repository again and retries.
  void with_sound_objects(Snapshot& snapshot, Remote& remote, const FetchFrame& frame,
                          const std::function<void()>& work);
  /// Finishes an interrupted publication where everything it needs is here: the remote may be down.
  void finish(const FetchFrame& frame);
  void mend(const Snapshot& snapshot, const FetchFrame& frame);
  void watch(const Snapshot& snapshot, const CancelToken& cancel);
  /// What of a commit has to be here. The scope asks this workspace which blobs are needed.
  Scope scope(const FetchFrame& frame);
  Gate gate_for(const Publication& publication, const FetchFrame& frame) const;

  const Settings& settings_;
  Log& log_;
  RootLock lock_;
  std::filesystem::path git_dir_;
  Store store_;
  SnapshotBuilder source_;
  std::unique_ptr<Publisher> publisher_;
  std::optional<Snapshot> published_;
  std::optional<TreeWatch> watch_;
};

}  // namespace sidekick::git_sync
