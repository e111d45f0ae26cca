#include "storage/posix/open_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"
#include "storage/object_name.hpp"

namespace sidekick::storage {

namespace {

// The number of bytes written between two checks of the token.
constexpr std::size_t max_write_bytes = std::size_t{1} << 20;

std::string hint_for(int number, const std::string& where) {
  switch (number) {
    case EROFS:
      return "mount it writable";
    case ENOSPC:
    case EDQUOT:
      return "free space on its disk";
    case EACCES:
    case EPERM:
      return "the user that this runs as must be able to read and write '" + where + "'";
    default:
      return "";
  }
}

}  // namespace

OpenFolder::OpenFolder(const std::string& path, std::string where)
    : fd_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), where_(std::move(where)) {
  if (fd_) return;
  const int number = errno;
  if (number == ENOENT || number == ENOTDIR)
    throw Error(ErrorKind::no_input,
                "cannot open '" + where_ + "': " + (number == ENOENT ? "no such folder" : "it is not a folder"),
                "create the folder or mount its volume; sidekick does not create it, as a mount may be missing");
  throw error_from_errno("cannot open '" + where_ + "'", number, hint_for(number, where_));
}

void OpenFolder::fail(std::string_view what, std::string_view file, int number) const {
  throw error_from_errno("cannot " + std::string(what) + " '" + std::string(file) + "' in '" + where_ + "'", number,
                         hint_for(number, where_));
}

Fd OpenFolder::create(const std::string& file, mode_t mode) const {
  Fd fd(::openat(fd_.get(), file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) fail("create", file, errno);
  return fd;
}

void OpenFolder::take_mode_of(const std::string& file, const Fd& fd) const noexcept {
  struct stat status{};
  if (::fstatat(fd_.get(), file.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode))
    (void)::fchmod(fd.get(), status.st_mode & 0777U);
}

std::optional<Fd> OpenFolder::open(const std::string& file) const {
  Fd fd(::openat(fd_.get(), file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd && errno == ENOENT) return {};
  if (!fd) fail("read", file, errno);
  if (!S_ISREG(look_at(fd, file).st_mode)) return {};
  return fd;
}

struct stat OpenFolder::look_at(const Fd& fd, const std::string& file) const {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) fail("read", file, errno);
  return status;
}

void OpenFolder::write(const Fd& fd, std::span<const std::uint8_t> bytes, const std::string& file,
                       const CancelToken& cancel) const {
  while (!bytes.empty()) {
    cancel.throw_if_cancelled();
    const auto n = ::write(fd.get(), bytes.data(), std::min(bytes.size(), max_write_bytes));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("write", file, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void OpenFolder::sync_and_close(Fd fd, const std::string& file) const {
  if (::fsync(fd.get()) != 0) fail("sync", file, errno);
  // Verification must read the disk, not the cached pages of the write.
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
  // Network filesystems report a full disk only here.
  if (::close(fd.release()) != 0 && errno != EINTR) fail("write", file, errno);
}

void OpenFolder::sync() const {
  // Some filesystems cannot sync a folder, and do not need it.
  if (::fsync(fd_.get()) != 0 && errno != EINVAL && errno != ENOTSUP) fail("sync", ".", errno);
}

OpenFolder::Attempt OpenFolder::try_naming(const std::string& part, const std::string& file) const {
  const auto renamed = ::renameat2(fd_.get(), part.c_str(), fd_.get(), file.c_str(), RENAME_NOREPLACE) == 0;
  if (renamed || errno == EEXIST) return {Naming::rename, renamed};
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) fail("create", file, errno);
  const auto linked = ::linkat(fd_.get(), part.c_str(), fd_.get(), file.c_str(), 0) == 0;
  if (linked) drop(part);
  if (linked || errno == EEXIST) return {Naming::link, linked};
  if (errno != EPERM && errno != ENOSYS && errno != ENOTSUP) fail("create", file, errno);
  return {Naming::looked_up, false};
}

bool OpenFolder::name_if_absent(const std::string& part, const std::string& file) const {
  const auto attempt = try_naming(part, file);
  if (attempt.naming == Naming::looked_up && ::faccessat(fd_.get(), file.c_str(), F_OK, 0) != 0) {
    if (errno != ENOENT) fail("create", file, errno);
    name(part, file);
    return true;
  }
  if (attempt.named) sync();
  return attempt.named;
}

void OpenFolder::name(const std::string& part, const std::string& file) const {
  if (::renameat(fd_.get(), part.c_str(), fd_.get(), file.c_str()) != 0) fail("create", file, errno);
  sync();
}

void OpenFolder::remove(const std::string& file) const {
  remove_without_sync(file);
  sync();
}

void OpenFolder::remove_without_sync(const std::string& file) const {
  if (::unlinkat(fd_.get(), file.c_str(), 0) != 0 && errno != ENOENT) fail("remove", file, errno);
}

void OpenFolder::drop(const std::string& file) const noexcept {
  ::unlinkat(fd_.get(), file.c_str(), 0);
}

void OpenFolder::each(std::string_view prefix,
                      const std::function<void(const std::string& file, const struct stat& status)>& take) const {
  const int own = ::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const Handle<DIR, ::closedir> entries(own < 0 ? nullptr : ::fdopendir(own));
  if (!entries) fail("list", ".", errno);
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr && errno != 0) fail("list", ".", errno);
    if (entry == nullptr) return;
    const std::string file(static_cast<const char*>(entry->d_name));
    struct stat status{};
    if (!file.starts_with(prefix) || entry->d_type == DT_DIR) continue;
    const bool is_seen = ::fstatat(fd_.get(), file.c_str(), &status, 0) == 0;
    // One that does not exist was removed meanwhile, or is a dangling link. Other errors must not look so.
    if (!is_seen && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) fail("look at", file, errno);
    if (is_seen && S_ISREG(status.st_mode)) take(file, status);
  }
}

Naming OpenFolder::naming() const {
  const auto one = new_part_name(check_name);
  const auto other = new_part_name(check_name);
  struct Dropped {
    const OpenFolder& folder;
    const std::string& file;
    ~Dropped() { folder.drop(file); }
  };
  const Dropped drop_one{*this, one};
  const Dropped drop_other{*this, other};
  sync_and_close(create(one, 0600), one);
  sync_and_close(create(other, 0600), other);
  return try_naming(one, other).naming;
}

}  // namespace sidekick::storage
