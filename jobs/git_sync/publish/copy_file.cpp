#include "git_sync/publish/copy_file.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "git_sync/publish/confined_folder.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::git_sync {

namespace {

// For small files one read and one write are cheaper than copying in the kernel.
constexpr std::size_t buffer_bytes = std::size_t{128} << 10;

Error taken(const std::string& name, int number) {
  if (number == EEXIST)
    return {ErrorKind::data, "cannot write '" + name + "': another entry of the commit is the same file here",
            "this filesystem does not distinguish the two names"};
  return path_error("write", name, number);
}

bool is_as_recorded(const struct stat& status, const FileStamp& recorded, mode_t mode) {
  return S_ISREG(status.st_mode) && (status.st_mode & 07777) == mode && looks_as(FileStamp::of(status), recorded);
}

}  // namespace

bool looks_as(const FileStamp& now, const FileStamp& recorded) noexcept {
  auto same = now;
  if (recorded.ctime_ns == 0) same.ctime_ns = 0;
  return same == recorded;
}

std::optional<struct stat> FileCopier::link(int from, int to, const std::string& name, const FileStamp& recorded,
                                            mode_t mode) {
  struct stat status{};
  if (::fstatat(from, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  if (!is_as_recorded(status, recorded, mode)) return {};
  if (::linkat(from, name.c_str(), to, name.c_str(), 0) == 0) return status;
  // Too many links to the file, or a filesystem without hard links: a copy works.
  if (errno == EMLINK || errno == EPERM || errno == EXDEV || errno == EOPNOTSUPP) {
    FileCopier copier(LinkedTarget::Unchanged::copy);
    return copier.copy(from, to, name, recorded, mode);
  }
  throw taken(name, errno);
}

void FileCopier::copy_bytes(int source, int target, const std::string& name, std::uint64_t size) {
  if (reflinks_ && size > 0) {
    if (::ioctl(target, FICLONE, source) == 0) return;
    reflinks_ = false;
  }
  if (size > buffer_bytes) {
    off_t offset = 0;
    for (;;) {
      const auto n = ::copy_file_range(source, &offset, target, nullptr, std::size_t{1} << 30, 0);
      if (n == 0 && offset > 0) return;
      if (n <= 0) break;
    }
    if (::lseek(source, offset, SEEK_SET) < 0) throw path_error("read", name, errno);
  }
  buffer_.resize(buffer_bytes);
  for (;;) {
    const auto n = ::read(source, buffer_.data(), buffer_.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw path_error("read", name, errno);
    if (n == 0) return;
    if (!write_whole(target, std::string_view(buffer_.data(), static_cast<std::size_t>(n))))
      throw path_error("write", name, errno);
    if (static_cast<std::size_t>(n) == size) return;
  }
}

std::optional<struct stat> FileCopier::copy(int from, int to, const std::string& name, const FileStamp& recorded,
                                            mode_t mode) {
  if (how_ == LinkedTarget::Unchanged::hard_link) return link(from, to, name, recorded, mode);
  const Fd source(::openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!source || ::fstat(source.get(), &status) != 0 || !is_as_recorded(status, recorded, mode)) return {};
  const Fd target(::openat(to, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!target) throw taken(name, errno);
  copy_bytes(source.get(), target.get(), name, recorded.size);
  struct stat after{};
  if (::fstat(source.get(), &after) != 0 || ::fstat(target.get(), &status) != 0)
    throw path_error("look at", name, errno);
  // Another process wrote to it meanwhile.
  if (!is_as_recorded(after, recorded, mode) || static_cast<std::uint64_t>(status.st_size) != recorded.size) {
    ::unlinkat(to, name.c_str(), 0);
    return {};
  }
  if ((status.st_mode & 07777) != mode && (::fchmod(target.get(), mode) != 0 || ::fstat(target.get(), &status) != 0))
    throw path_error("set the mode of", name, errno);
  return status;
}

}  // namespace sidekick::git_sync
