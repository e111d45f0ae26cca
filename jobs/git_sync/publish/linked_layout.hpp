/// The layout of a root in linked mode, as kubernetes/git-sync and host git expect it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "git_sync/object_id.hpp"
#include "git_sync/settings.hpp"

namespace sidekick::git_sync {

class LinkedLayout final {
 public:
  /// Symlinks in existing folders are resolved.
  LinkedLayout(const LinkedTarget& target, const std::filesystem::path& git_dir);

  const std::filesystem::path& link() const noexcept { return link_; }
  const std::filesystem::path& git_dir() const noexcept { return git_dir_; }
  const std::filesystem::path& worktrees() const noexcept { return worktrees_; }
  std::filesystem::path worktree(const ObjectId& commit) const { return worktrees_ / commit.hex(); }
  std::filesystem::path unfinished(const ObjectId& commit) const { return worktrees_ / (".tmp-" + commit.hex()); }
  std::filesystem::path put_aside(const ObjectId& commit) const { return worktrees_ / (".old-" + commit.hex()); }
  std::filesystem::path admin(const ObjectId& commit) const { return git_dir_ / "worktrees" / commit.hex(); }
  std::filesystem::path record(const ObjectId& commit) const { return admin(commit) / "sidekick"; }

  /// The commit whose worktree the link points to; nothing where it points elsewhere or does not exist.
  std::optional<ObjectId> linked_commit() const;

  /// Points the link to the worktree of `commit`, atomically; durable when it returns. Throws Error config where the
  /// name belongs to something other than a symlink, io, denied, cannot_create.
  void point_link_at(const ObjectId& commit, mode_t folder_mode) const;

 private:
  std::filesystem::path link_;
  std::filesystem::path git_dir_;
  std::filesystem::path worktrees_;
};

/// Moves the folder `from` to `to`, exchanging the two where `to` exists. Atomic where the filesystem supports it, else
/// `to` is missing for a moment and its old folder moves to `aside`. Durable when it returns. Throws Error io, denied.
void exchange_folders(const std::filesystem::path& from, const std::filesystem::path& to,
                      const std::filesystem::path& aside);

}  // namespace sidekick::git_sync
