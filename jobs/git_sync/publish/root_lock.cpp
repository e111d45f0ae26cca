#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "git_sync/publish/record.hpp"
#include "git_sync/publish/root.hpp"
#include "git_sync/publish/state_folder.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

/// False when the locked file no longer has its name: the next process would lock another file.
bool still_named(const Fd& fd, const fs::path& file) {
  struct stat held{};
  struct stat named{};
  return ::fstat(fd.get(), &held) == 0 && ::lstat(file.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

std::string hint_for(int number) {
  const auto user = std::to_string(::geteuid());
  if (number == EACCES) return "it belongs to another user: run as that user, or chown it to user id " + user;
  if (number == EROFS) return "mount the volume without 'ro'";
  if (number == ENOSPC || number == EDQUOT) return "free space on the disk";
  return {};
}

/// With a group-writable root, the next process may run as another user.
void open_to_group(const Fd& fd) {
  struct stat status{};
  if (::fstat(fd.get(), &status) == 0 && status.st_uid == ::geteuid() && (status.st_mode & 0777) != 0660)
    ::fchmod(fd.get(), 0660);
}

}  // namespace

std::optional<RootLock> RootLock::take(const fs::path& file, LinkedTarget::Access access) {
  for (;;) {
    Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) throw error_from_errno("cannot open lock '" + file.string() + "'", errno, hint_for(errno));
    if (access == LinkedTarget::Access::group_writes) open_to_group(fd);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      if (still_named(fd, file)) return RootLock(std::move(fd), file);
      continue;
    }
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) throw error_from_errno("cannot lock '" + file.string() + "'", errno);
  }
}

std::optional<RootLock> RootLock::try_take(const LinkedTarget& target) {
  return take(make_folder(target.root, folder_mode(target.access)) / ".sidekick.lock", target.access);
}

std::optional<RootLock> RootLock::try_take(const InPlaceTarget& target) {
  return take(make_state_folder(make_folder(target.folder)).lock, LinkedTarget::Access::owner_writes);
}

bool RootLock::stands() const {
  return still_named(fd_, file_);
}

std::optional<ObjectId> published_commit(const LinkedTarget& target) {
  std::error_code error;
  const auto tree = fs::read_symlink(target.link, error);
  if (error || !fs::is_directory(target.link, error)) return std::nullopt;
  return ObjectId::parse(tree.filename().string());
}

std::optional<ObjectId> published_commit(const InPlaceTarget& target) {
  const StateFolder state(target.folder);
  std::error_code error;
  if (fs::exists(state.pending, error)) return std::nullopt;
  const auto record = read_record(state.record);
  return record ? std::optional(record->commit) : std::nullopt;
}

}  // namespace sidekick::git_sync
