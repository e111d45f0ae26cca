#include "git_sync/publish/staging.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void throw_cannot_stage(const fs::path& folder, int number) {
  throw error_from_errno("cannot stage files in '" + folder.string() + "'", number,
                         number == ENOSPC || number == EDQUOT ? "free space on the disk" : "");
}

}  // namespace

ConfinedFolder Staging::made_anew(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) throw_cannot_stage(folder, error.value());
  if (::mkdir(folder.c_str(), 0700) != 0) throw_cannot_stage(folder, errno);
  return ConfinedFolder(folder);
}

Staging::Staging(fs::path folder, const FileAttributes& attributes)
    : path_(std::move(folder)), attributes_(attributes), folder_(made_anew(path_)) {}

Staging::~Staging() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

FileStamp Staging::put(std::size_t number, EntryKind kind, const FileBytes& bytes) const {
  const auto name = name_of(number);
  const int folder = folder_.descriptor();
  if (kind == EntryKind::symlink) {
    const auto target = link_target(name, bytes);
    if (::symlinkat(target.c_str(), folder, name.c_str()) != 0) throw_cannot_stage(path_, errno);
    const auto& owner = attributes_.owner;
    if (owner && ::fchownat(folder, name.c_str(), owner->user, owner->group, AT_SYMLINK_NOFOLLOW) != 0)
      throw_cannot_stage(path_, errno);
  } else {
    const Fd fd(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) throw_cannot_stage(path_, errno);
    fill_file(fd.get(), name, kind, bytes, attributes_);
  }
  struct stat status{};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) throw_cannot_stage(path_, errno);
  return FileStamp::of(status);
}

}  // namespace sidekick::git_sync
