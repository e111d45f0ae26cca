/// The folder a job works in: made ready, and locked against a second process.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "git_sync/object_id.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/log.hpp"

namespace sidekick::git_sync {

/// Holds the lock of a root or folder while it lives; the kernel lets go of it when the process dies.
class RootLock final {
 public:
  /// Makes the folder where it is not there. Nothing when another process holds it. Throws Error: denied,
  /// cannot_create (a read-only disk), io.
  static std::optional<RootLock> try_take(const LinkedTarget& target);
  static std::optional<RootLock> try_take(const InPlaceTarget& target);

 private:
  explicit RootLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

/// The commit that readers of the target see now, without the lock: for a process that stands by.
std::optional<ObjectId> published_commit(const LinkedTarget& target);
std::optional<ObjectId> published_commit(const InPlaceTarget& target);

/// Where the repository of the target is, after the folder was made fit for it: a linked root that is not ours is
/// emptied only where it holds a broken repository of ours or nothing of worth, as kubernetes/git-sync would
/// (the folder itself stays); an old .git of the same origin in an in-place folder is taken over. Throws Error config
/// for a folder that holds something else, with the hint what to do.
std::filesystem::path prepare_root(const LinkedTarget& target, Log& log);
std::filesystem::path prepare_root(const InPlaceTarget& target, const std::string& remote_url, Log& log);

}  // namespace sidekick::git_sync
