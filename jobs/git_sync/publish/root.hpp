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

/// Where the repository of a linked root is (`root/.git`, links in the root's path resolved), after the root was made
/// fit for it:
/// - Missing or empty (but for lost+found, the link, the lock and `also_ours`, paths that other settings put there):
///   it is used. With only a `.git` folder too: a start that was cut short.
/// - With a `.git` folder and `.worktrees` beside it, which is the layout of kubernetes/git-sync: it is ours, whatever
///   else is there, and nothing is fetched again. Where that repository cannot be opened it is emptied, and so are the
///   worktrees but the one that the link shows: readers keep it until there is a new one.
/// - Anything else belongs to somebody: Error config that names some of it, and nothing was touched; with
///   Strangers::remove it is deleted, with a warning.
/// Incomplete loose objects are removed in both modes, with a warning: they are fetched again.
/// Throws Error also: denied, cannot_create, io.
std::filesystem::path prepare_root(const LinkedTarget& target, Log& log,
                                   std::span<const std::filesystem::path> also_ours = {});

/// Where the repository of an in-place folder is, after `folder/.sidekick` was made (mode 0700). In this order:
/// - `target.git_dir`, where one is named: it may be missing, empty or a repository.
/// - `folder/.sidekick/git`, where it is there already: a `.git` beside it is then a file like others. Where it cannot
///   be opened it is emptied.
/// - `folder/.git`, where it is a repository whose remote.origin.url is `remote_url` (as same_repository() compares):
///   the objects in it are used, and the files that its index names count as written by us.
/// - `folder/.sidekick/git`, where there is no `.git`, or one that is damaged beyond opening, or one of another origin
///   in a folder that we published in before: that `.git` is left alone.
/// Throws Error config where `.git` is of another origin in a folder that is new to us, or leads to a repository
/// elsewhere; denied, cannot_create, io.
std::filesystem::path prepare_root(const InPlaceTarget& target, const std::string& remote_url, Log& log);

/// True when two URLs name the same repository: ignores user information, a trailing slash and `.git`, the case of the
/// host, and `file://`.
bool same_repository(std::string_view a, std::string_view b);

}  // namespace sidekick::git_sync
