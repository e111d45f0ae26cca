/// The folder of a job: prepared, and locked against a second process.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "git_sync/object_id.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/log.hpp"

namespace sidekick::git_sync {

/// Holds the lock of a root or folder for its lifetime; the kernel releases it when the process dies.
class RootLock final {
 public:
  /// Creates the folder if needed. Nothing when another process holds it. Throws Error: denied, cannot_create (a
  /// read-only disk), io, config (a file of that name).
  static std::optional<RootLock> try_take(const LinkedTarget& target);
  static std::optional<RootLock> try_take(const InPlaceTarget& target);

  /// False once its file is gone or replaced: the root was removed or moved, and the next process locks a new one.
  bool stands() const;

 private:
  RootLock(Fd fd, std::filesystem::path file) : fd_(std::move(fd)), file_(std::move(file)) {}
  static std::optional<RootLock> take(const std::filesystem::path& file, LinkedTarget::Access access);
  Fd fd_;
  std::filesystem::path file_;
};

/// The commit that readers of the target see now, without the lock: for a standby process.
std::optional<ObjectId> published_commit(const LinkedTarget& target);
std::optional<ObjectId> published_commit(const InPlaceTarget& target);

/// Prepares a linked root and returns the folder of its repository (`root/.git`, links in the root's path resolved):
/// - Uses a missing or empty root (ignoring lost+found, the link, the lock and `also_ours`, paths from other settings),
///   and one with only a `.git` folder, which is an interrupted start.
/// - Adopts a root with a `.git` folder and `.worktrees` beside it, the layout of kubernetes/git-sync, whatever else is
///   there, and fetches nothing again. If that repository cannot be opened, deletes its content and the worktrees,
///   except the one that the link points to: readers keep it until there is a new one.
/// - Rejects anything else as foreign: Error config that names some of it, and nothing was touched. With
///   ForeignFiles::remove, deletes it with a warning.
/// In both modes removes incomplete loose objects, with a warning: they are fetched again.
/// Throws Error also: denied, cannot_create, io.
std::filesystem::path prepare_root(const LinkedTarget& target, Log& log,
                                   std::span<const std::filesystem::path> also_ours = {});

/// Creates `folder/.sidekick` (mode 0700) and returns the folder of the repository of an in-place folder, the first of:
/// - `target.git_dir`, if given: it may be missing, empty or a repository.
/// - `folder/.sidekick/git`, if it exists: a `.git` beside it is then an ordinary file. Its content is deleted if it
///   cannot be opened.
/// - `folder/.git`, if it is a repository whose remote.origin.url is `remote_url` (according to same_repository()): its
///   objects are used, and the files in its index count as written by us.
/// - `folder/.sidekick/git`, if there is no `.git`, or one that is damaged beyond opening, or one of another origin in
/// a
///   folder where we published before: that `.git` is not touched.
/// Throws Error config where `.git` is of another origin in a folder that is new to us, or leads to a repository
/// elsewhere; denied, cannot_create, io.
std::filesystem::path prepare_root(const InPlaceTarget& target, const std::string& remote_url, Log& log);

/// True when two URLs name the same repository: ignores user information, a trailing slash and `.git`, the case of the
/// host, and `file://`.
bool same_repository(std::string_view a, std::string_view b);

}  // namespace sidekick::git_sync
