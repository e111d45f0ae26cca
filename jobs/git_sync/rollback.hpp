/// Going back to the tree published before, and staying there until told otherwise.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "git_sync/object_id.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::git_sync {

/// What is published in a linked root, and which tree is held: small files below its `.git`, each replaced as a whole.
/// Members throw Error: io, denied, no_input (there is no such root).
class History final {
 public:
  explicit History(const std::filesystem::path& root);

  /// The commits published, the oldest first, each once.
  std::vector<ObjectId> commits() const;
  /// Notes that readers are sent to `commit`, which the ref named.
  void published(const ObjectId& commit);

  /// The commit whose tree is to be shown, whatever the ref names; nothing where the ref decides.
  std::optional<ObjectId> held() const;
  void hold(const ObjectId& commit);
  void release();

  /// The commit that readers were sent to last, for whoever waits for that.
  std::optional<ObjectId> shown() const;
  void show(const ObjectId& commit);

  /// The folder that changes whenever held() may; made if missing.
  std::filesystem::path hold_folder() const;

 private:
  std::filesystem::path git_dir_;
};

/// Holds the newest tree that is still there and was published before the one shown or held, and returns its commit.
/// Who keeps the root shows it. Safe beside a process that holds the root. Throws Error no_input where there is none;
/// and as History.
ObjectId roll_back(const std::filesystem::path& root);

/// Ends a hold. False where there was none.
bool resume(const std::filesystem::path& root);

/// Tells of changes in a folder, where the filesystem does.
class FolderWatch final {
 public:
  explicit FolderWatch(const std::filesystem::path& folder);

  /// Readable after a change; -1 where nothing tells.
  int fd() const noexcept { return fd_ ? fd_.get() : -1; }
  /// Forgets the changes so far.
  void drain() noexcept;

 private:
  Fd fd_;
};

}  // namespace sidekick::git_sync
