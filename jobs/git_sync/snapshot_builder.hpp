/// Assembles what is published: a commit and its submodules, each from its own repository.
#pragma once

#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "git_sync/fetcher.hpp"
#include "git_sync/publish/publisher.hpp"
#include "git_sync/settings.hpp"
#include "git_sync/store/store.hpp"

namespace sidekick::git_sync {

/// Builds the snapshots that one job publishes. The repositories of submodules are kept below `modules` of the main
/// one, and each is opened once. For one thread.
class SnapshotBuilder final {
 public:
  /// The references outlive the source.
  SnapshotBuilder(const Settings& settings, const Store& store);

  /// Reads the file of sparse patterns, if any, for later calls of fetch(). Throws Error no_input, denied, io.
  void read_sparse_patterns();

  /// The patterns read last; null without a file.
  const SparsePatterns* sparse_patterns() const noexcept { return sparse_.get(); }

  /// What `commit` consists of; fetches missing submodules. Throws what Store and Remote throw, and no_input where the
  /// commit does not have the folder to publish.
  Snapshot fetch(const ObjectId& commit, const FetchFrame& frame);

  /// The blobs of the main repository that publishing `commit`, whose trees are here, depends on: the files that are
  /// published, the .gitattributes that hold for them, and .gitmodules. Throws like fetch().
  std::vector<ObjectId> needed_blobs(const ObjectId& commit, const CancelToken& cancel);

  /// The next fetch() gets all of the submodule that `store` is for anew: it turned out to be damaged.
  void distrust(const Store& store);

  /// Removes from the repositories of submodules what `snapshot` does not reach. Returns the bytes freed.
  std::uint64_t collect_garbage(const Snapshot& snapshot, GarbageCollection when, const CancelToken& cancel);

 private:
  struct Parent {
    const Store& store;
    ObjectId commit;
    std::string url;
    std::string prefix;  ///< of the parent in the main tree
  };
  Snapshot snapshot_without_submodules(const ObjectId& commit);
  void add_submodules(Snapshot& snapshot, const Parent& parent, const FetchFrame& frame);
  Store& store_at(const std::filesystem::path& git_dir, const FetchFrame& frame);

  const Settings& settings_;
  const Store& store_;
  std::shared_ptr<const SparsePatterns> sparse_;
  std::list<Store> modules_;
  std::set<std::filesystem::path> distrusted_;
};

}  // namespace sidekick::git_sync
