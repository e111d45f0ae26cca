#include "git_sync/publish/confined_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <system_error>
#include <vector>

#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

// Retries under another name when a name has just been taken.
constexpr int name_attempts = 16;

/// A name in a folder that is removed again unless the file was renamed.
class Temporary final {
 public:
  explicit Temporary(int folder) : folder_(folder), name_(temporary_name()) {}
  ~Temporary() {
    if (made_) ::unlinkat(folder_, name_.c_str(), 0);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  Fd create_file(mode_t mode) {
    Fd fd(::openat(folder_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    made_ = static_cast<bool>(fd);
    return fd;
  }
  bool create_symlink(const std::string& target) {
    made_ = ::symlinkat(target.c_str(), folder_, name_.c_str()) == 0;
    return made_;
  }
  bool rename(int folder, const std::string& name) {
    if (::renameat(folder_, name_.c_str(), folder, name.c_str()) != 0) return false;
    made_ = false;
    return true;
  }
  const std::string& name() const noexcept { return name_; }

 private:
  int folder_;
  std::string name_;
  bool made_ = false;
};

std::string text_of(const FileBytes& bytes) {
  std::string text;
  bytes([&](std::span<const std::byte> piece) {
    text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  return text;
}

FileStamp stamp_of(int folder, const std::string& name, const std::string& path) {
  struct stat status{};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) throw path_error("look at", path, errno);
  return FileStamp::of(status);
}

// The file `written` was just renamed, which sets a new ctime, and others may have changed it since. A change in the
// same tick of the filesystem's clock does not show in any time.
FileStamp stamp_after_rename(FileStamp written, int folder, const std::string& name, const std::string& path) {
  const auto now = stamp_of(folder, name, path);
  const bool is_untouched = now.inode == written.inode && now.size == written.size && now.mtime_ns == written.mtime_ns;
  if (is_untouched && now.mtime_ns < now.ctime_ns) return now;
  written.ctime_ns = FileStamp::not_to_be_trusted;
  return written;
}

std::size_t read_some(int fd, const std::string& path, std::span<std::byte> into) {
  for (;;) {
    const auto n = ::read(fd, into.data(), into.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) throw path_error("read", path, errno);
  }
}

void read_pieces(int folder, const std::string& name, EntryKind kind, const PieceSink& use) {
  std::array<char, std::size_t{64} << 10> piece;
  if (kind == EntryKind::symlink) {
    const auto n = ::readlinkat(folder, name.c_str(), piece.data(), piece.size());
    if (n < 0) throw path_error("read", name, errno);
    return use(std::as_bytes(std::span(piece).first(static_cast<std::size_t>(n))));
  }
  const Fd fd(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) throw path_error("read", name, errno);
  while (const auto got = read_some(fd.get(), name, std::as_writable_bytes(std::span(piece))))
    use(std::as_bytes(std::span(piece).first(got)));
}

/// True where the next bytes of the file are these.
bool goes_on_with(int fd, const std::string& path, std::span<const std::byte> bytes) {
  std::array<std::byte, std::size_t{16} << 10> chunk;
  while (!bytes.empty()) {
    const auto got = read_some(fd, path, std::span(chunk).first(std::min(chunk.size(), bytes.size())));
    if (got == 0 || std::memcmp(chunk.data(), bytes.data(), got) != 0) return false;
    bytes = bytes.subspan(got);
  }
  return true;
}

bool file_holds(int fd, const std::string& path, const FileBytes& bytes) {
  bool same = true;
  bytes([&](std::span<const std::byte> piece) { same = same && goes_on_with(fd, path, piece); });
  std::byte more{};
  return same && read_some(fd, path, {&more, 1}) == 0;
}

bool symlink_holds(int fd, const std::string& path, const FileBytes& bytes) {
  const auto wanted = text_of(bytes);
  std::string target(wanted.size() + 1, '\0');
  const auto n = ::readlinkat(fd, "", target.data(), target.size());
  if (n < 0) throw path_error("read", path, errno);
  target.resize(static_cast<std::size_t>(n));
  return target == wanted;
}

}  // namespace

std::string link_target(const std::string& path, const FileBytes& bytes) {
  auto target = text_of(bytes);
  const bool has_zero = target.find('\0') != std::string::npos;
  if (!target.empty() && target.size() < PATH_MAX && !has_zero) return target;
  const auto* cause = target.empty() ? "is empty" : has_zero ? "contains a zero byte" : "is longer than a path can be";
  throw Error(ErrorKind::data, "cannot write the symlink '" + path + "': its target " + cause,
              "correct or remove the symlink in the repository");
}

EntryKind kind_of(const struct stat& status) noexcept {
  if (S_ISLNK(status.st_mode)) return EntryKind::symlink;
  return S_ISREG(status.st_mode) && (status.st_mode & S_IXUSR) ? EntryKind::executable : EntryKind::file;
}

void fill_file(int fd, const std::string& name, EntryKind kind, const FileBytes& bytes,
               const FileAttributes& attributes) {
  bytes([&](std::span<const std::byte> piece) {
    if (!write_whole(fd, {reinterpret_cast<const char*>(piece.data()), piece.size()}))
      throw path_error("write", name, errno);
  });
  if (attributes.owner && ::fchown(fd, attributes.owner->user, attributes.owner->group) != 0)
    throw path_error("give away", name, errno);
  struct stat status{};
  if (::fstat(fd, &status) != 0) throw path_error("look at", name, errno);
  const auto mode = attributes.mode_of(kind);
  if ((status.st_mode & 07777) != mode && ::fchmod(fd, mode) != 0) throw path_error("set the mode of", name, errno);
}

ConfinedFolder::ConfinedFolder(const std::filesystem::path& path) : path_(path) {
  root_.reset(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root_) throw error_from_errno("cannot open folder '" + path.string() + "'", errno);
  resolution_ = best_resolution(root_.get());
}

ConfinedFolder::ConfinedFolder(const std::filesystem::path& path, const std::filesystem::path& staging)
    : ConfinedFolder(path) {
  staging_.reset(::open(staging.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!staging_) throw error_from_errno("cannot open folder '" + staging.string() + "'", errno);
}

Fd ConfinedFolder::open_folder(const std::string& path) const {
  return open_beneath(root_.get(), path, O_PATH | O_DIRECTORY, resolution_);
}

Fd ConfinedFolder::make_folder(const std::string& path, const FileAttributes& attributes) {
  Fd there = open_folder(path);
  if (there || errno != ENOENT) return there;
  const auto [above, name] = split_path(path);
  const Fd parent = make_folder(above, attributes);
  if (!parent) return {};
  // Makes it readable at once: a kill before the next line would leave it closed for good.
  if (::mkdirat(parent.get(), name.c_str(), attributes.folder_mode) != 0) {
    if (errno != EEXIST) return {};
    return open_folder(path);
  }
  Fd made(::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!made) return {};
  if (attributes.owner && ::fchown(made.get(), attributes.owner->user, attributes.owner->group) != 0) return {};
  if (::fchmod(made.get(), attributes.folder_mode) != 0) return {};
  return made;
}

std::optional<ConfinedFolder::Found> ConfinedFolder::look(const std::string& path) const {
  const Fd fd = open_beneath(root_.get(), path, O_PATH | O_NOFOLLOW, resolution_);
  if (!fd && errno == ENOENT) return {};
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0) throw path_error("look at", path, errno);
  if (S_ISDIR(status.st_mode)) return {};
  return Found{kind_of(status), FileStamp::of(status)};
}

// Nothing where `staging` is on another filesystem than the target.
std::optional<FileStamp> ConfinedFolder::try_replace(int staging, int folder, const std::string& path, EntryKind kind,
                                                     const FileBytes& bytes, const FileAttributes& attributes) {
  const auto name = split_path(path).name;
  for (int attempt = 1;; attempt++) {
    Temporary temporary(staging);
    Fd fd;
    bool made = false;
    if (kind == EntryKind::symlink) {
      made = temporary.create_symlink(link_target(path, bytes));
    } else {
      fd = temporary.create_file(attributes.mode_of(kind));
      made = static_cast<bool>(fd);
    }
    if (!made && errno == EEXIST && attempt < name_attempts) continue;
    if (!made) throw path_error("write", path, errno);
    if (fd) {
      fill_file(fd.get(), path, kind, bytes, attributes);
    } else if (attributes.owner && ::fchownat(staging, temporary.name().c_str(), attributes.owner->user,
                                              attributes.owner->group, AT_SYMLINK_NOFOLLOW) != 0) {
      throw path_error("give away", path, errno);
    }
    const auto written = stamp_of(staging, temporary.name(), path);
    if (!temporary.rename(folder, name)) {
      if (errno == EXDEV && staging != folder) return {};
      throw path_error("write", path, errno);
    }
    return stamp_after_rename(written, folder, name, path);
  }
}

FileStamp ConfinedFolder::replace(const std::string& path, EntryKind kind, std::span<const std::byte> bytes,
                                  const FileAttributes& attributes) {
  return replace(path, kind, [bytes](const PieceSink& use) { use(bytes); }, attributes);
}

FileStamp ConfinedFolder::replace(const std::string& path, EntryKind kind, const FileBytes& bytes,
                                  const FileAttributes& attributes) {
  const Fd folder = make_folder(split_path(path).folder, attributes);
  if (!folder) throw path_error("write", path, errno);
  if (staging_)
    if (const auto stamp = try_replace(staging_.get(), folder.get(), path, kind, bytes, attributes)) return *stamp;
  return *try_replace(folder.get(), folder.get(), path, kind, bytes, attributes);
}

void ConfinedFolder::ensure_folder(const std::string& path, const FileAttributes& attributes) {
  if (!make_folder(path, attributes)) throw path_error("make folder", path, errno);
}

FileStamp ConfinedFolder::take(const ConfinedFolder& from, const std::string& name, const std::string& path,
                               EntryKind kind, const FileAttributes& attributes) {
  const auto [above, leaf] = split_path(path);
  const Fd folder = make_folder(above, attributes);
  if (!folder) throw path_error("write", path, errno);
  const auto written = stamp_of(from.descriptor(), name, path);
  if (::renameat(from.descriptor(), name.c_str(), folder.get(), leaf.c_str()) != 0) {
    if (errno == EXDEV) return copy(from, name, folder.get(), path, kind, attributes);
    throw path_error("write", path, errno);
  }
  return stamp_after_rename(written, folder.get(), leaf, path);
}

FileStamp ConfinedFolder::copy(const ConfinedFolder& from, const std::string& name, int folder, const std::string& path,
                               EntryKind kind, const FileAttributes& attributes) {
  const auto bytes = [&](const PieceSink& use) { read_pieces(from.descriptor(), name, kind, use); };
  struct stat status{};
  if (::fstatat(from.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    throw path_error("look at", path, errno);
  try_replace(folder, folder, path, kind, bytes, attributes);
  const auto leaf = split_path(path).name;
  const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
  if (::utimensat(folder, leaf.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0)
    throw path_error("set the time of", path, errno);
  return stamp_of(folder, leaf, path);
}

bool ConfinedFolder::holds(const std::string& path, EntryKind kind, const FileBytes& bytes) const {
  const Fd seen = open_beneath(root_.get(), path, O_PATH | O_NOFOLLOW, resolution_);
  if (!seen && errno == ENOENT) return false;
  struct stat status{};
  if (!seen || ::fstat(seen.get(), &status) != 0) throw path_error("look at", path, errno);
  if (S_ISLNK(status.st_mode)) return kind == EntryKind::symlink && symlink_holds(seen.get(), path, bytes);
  if (!S_ISREG(status.st_mode) || kind != kind_of(status)) return false;
  // Checked only now: opening a pipe or a device that is in the way would block or have an effect.
  const Fd fd = open_beneath(root_.get(), path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, resolution_);
  if (!fd) throw path_error("read", path, errno);
  return file_holds(fd.get(), path, bytes);
}

bool ConfinedFolder::remove(const std::string& path) {
  const auto [above, name] = split_path(path);
  const Fd folder = open_folder(above);
  if (folder && ::unlinkat(folder.get(), name.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  throw path_error("remove", path, errno);
}

bool ConfinedFolder::remove_empty_folder(const std::string& path) {
  const auto [above, name] = split_path(path);
  const Fd folder = open_folder(above);
  if (folder && ::unlinkat(folder.get(), name.c_str(), AT_REMOVEDIR) == 0) return true;
  // EBUSY means that something is mounted there, which stays.
  for (const int left : {ENOENT, ENOTEMPTY, EEXIST, ENOTDIR, ELOOP, EXDEV, EBUSY})
    if (errno == left) return false;
  throw path_error("remove", path, errno);
}

void ConfinedFolder::sync() const {
  if (::syncfs(root_.get()) != 0) throw error_from_errno("cannot sync '" + path_.string() + "'", errno);
}

}  // namespace sidekick::git_sync
