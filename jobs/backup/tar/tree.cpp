#include "backup/tar/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <map>
#include <optional>

#include "backup/tar/content.hpp"
#include "backup/tar/entry.hpp"
#include "backup/tar/owners.hpp"
#include "backup/tar/warnings.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/handle.hpp"
#include "sidekick/utf8.hpp"

namespace sidekick::backup::tar {

namespace {

constexpr int open_folder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int open_file = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr std::size_t max_open_levels = 32;

using Status = struct stat;

bool is_same_file(const Status& a, const Status& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool is_unchanged(const Status& a, const Status& b) {
  const auto same = [](const timespec& x, const timespec& y) { return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec; };
  return a.st_size == b.st_size && same(a.st_mtim, b.st_mtim) && same(a.st_ctim, b.st_ctim);
}

/// The errors that mean that a name has changed since the last look.
bool tells_of_change(int number) {
  return number == ENOENT || number == ENOTDIR || number == ELOOP || number == ENXIO || number == ESTALE;
}

Status status_of(int fd, const std::string& path) {
  Status status{};
  if (::fstat(fd, &status) != 0) throw error_from_errno("cannot look at '" + printable(path) + "'", errno);
  return status;
}

std::vector<std::string> sorted_names(int folder, const std::string& path) {
  // Opens it anew, as a duplicate would share its position.
  Fd again(::openat(folder, ".", open_folder));
  if (!again) throw error_from_errno("cannot read '" + printable(path) + "'", errno);
  const Handle<DIR, ::closedir> stream(::fdopendir(again.release()));
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string name(static_cast<const char*>(entry->d_name));
    if (name != "." && name != "..") names.push_back(name);
  }
  if (errno != 0) throw error_from_errno("cannot read '" + printable(path) + "'", errno);
  std::sort(names.begin(), names.end());
  return names;
}

class TreeWriter final {
 public:
  TreeWriter(const std::string& root, const PathPatterns& excludes, filters::Sink& sink, JobContext& context)
      : root_(root), excludes_(excludes), sink_(sink), context_(context) {}

  TreeReport write() {
    enter_root();
    while (!levels_.empty()) {
      context_.cancel.throw_if_cancelled();
      if (!is_open(levels_.back()) || levels_.back().next == levels_.back().names.size())
        leave();
      else
        visit(levels_.back().names[levels_.back().next++]);
    }
    static constexpr std::array<std::uint8_t, 2 * block_bytes> end{};
    sink_.write(end);
    return {count_, excluded_, warnings_.list(), warnings_.consistent()};
  }

 private:
  struct Level {
    Fd fd;  ///< closed while too many levels below it are open
    std::string path;
    Status status{};
    std::vector<std::string> names;
    std::size_t next = 0;
  };

  /// A file with several names: the first of them, and its state then.
  struct Stored {
    std::string path;
    Status status{};
  };

  /// The name of a member in messages.
  std::string shown(const std::string& path) const { return printable(root_ + path.substr(1)); }

  void enter_root() {
    Fd fd(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto what = "cannot back up '" + printable(root_) + "'";
    if (!fd && errno == ENOTDIR) throw Error(ErrorKind::no_input, what + ": it is not a folder");
    if (!fd) throw error_from_errno(what, errno);
    enter(std::move(fd), "./");
  }

  void enter(Fd fd, std::string path) {
    const auto status = status_of(fd.get(), shown(path));
    auto names = sorted_names(fd.get(), shown(path));
    write_header(header_of(entry_of(status, path, Type::folder)));
    levels_.push_back({std::move(fd), std::move(path), status, std::move(names)});
    // Never that of the root, from which the others are opened again.
    if (levels_.size() > max_open_levels + 1) levels_[levels_.size() - max_open_levels].fd.reset();
  }

  /// Opens it again if it was closed; false if it has moved.
  bool is_open(Level& level) {
    if (level.fd) return true;
    Fd at(::openat(levels_.front().fd.get(), ".", open_folder));
    for (std::string_view rest = std::string_view(level.path).substr(2); at && !rest.empty();) {
      const auto end = rest.find('/');
      at = Fd(::openat(at.get(), std::string(rest.substr(0, end)).c_str(), open_folder));
      rest.remove_prefix(end + 1);
    }
    if (!at || !is_same_file(status_of(at.get(), level.path), level.status)) return false;
    level.fd = std::move(at);
    return true;
  }

  void leave() {
    const auto& level = levels_.back();
    if (!level.fd)
      warnings_.changed("'" + shown(level.path) + "' was moved while it was read: the rest of it is missing");
    else if (!is_unchanged(level.status, status_of(level.fd.get(), level.path)))
      warnings_.changed("'" + shown(level.path) + "' changed while it was read: files were added or removed");
    levels_.pop_back();
  }

  void visit(const std::string& name) {
    const auto folder = levels_.back().fd.get();
    const auto path = levels_.back().path + name;
    Status status{};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return missed(path, errno);
    const auto kind = S_ISDIR(status.st_mode) ? PathPatterns::Kind::folder : PathPatterns::Kind::other;
    if (excludes_.last_match(std::string_view(path).substr(2), kind).value_or(false)) {
      excluded_++;
      return;
    }
    if (S_ISSOCK(status.st_mode)) return warnings_.left_out("'" + shown(path) + "' is a socket and is skipped");
    if (S_ISDIR(status.st_mode)) return visit_folder(folder, name, path);
    if (status.st_nlink > 1 && write_hard_link(status, path)) return;
    if (S_ISREG(status.st_mode)) return visit_file(folder, name, path);
    if (S_ISLNK(status.st_mode)) return visit_symlink(folder, name, path, status);
    auto type = Type::fifo;
    if (S_ISCHR(status.st_mode)) type = Type::character_device;
    if (S_ISBLK(status.st_mode)) type = Type::block_device;
    auto entry = entry_of(status, path, type);
    if (type != Type::fifo) {
      entry.device_major = ::major(status.st_rdev);
      entry.device_minor = ::minor(status.st_rdev);
    }
    add_file(header_of(entry), status, path);
  }

  void visit_folder(int folder, const std::string& name, const std::string& path) {
    Fd fd(::openat(folder, name.c_str(), open_folder));
    if (!fd) return missed(path, errno);
    count_.entries++;
    enter(std::move(fd), path + "/");
  }

  void visit_symlink(int folder, const std::string& name, const std::string& path, const Status& status) {
    std::string target(PATH_MAX + 1, '\0');
    const auto size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
    if (size < 0) return missed(path, errno == EINVAL ? ENOENT : errno);
    target.resize(static_cast<std::size_t>(size));
    auto entry = entry_of(status, path, Type::symlink);
    entry.link = std::move(target);
    add_file(header_of(entry), status, path);
  }

  void visit_file(int folder, const std::string& name, const std::string& path) {
    const Fd fd(::openat(folder, name.c_str(), open_file));
    if (!fd) return missed(path, errno);
    const auto status = status_of(fd.get(), shown(path));
    if (!S_ISREG(status.st_mode)) return missed(path, ENOENT);
    auto entry = entry_of(status, path, Type::file);
    entry.size = static_cast<std::uint64_t>(status.st_size);
    auto segments = data_segments(fd.get(), entry.size);
    if (segments.empty()) {
      add_file(header_of(entry), status, path);
      segments = {{0, entry.size}};
    } else {
      add_file(sparse_header_of(entry, segments), status, path);
    }
    write_content(fd.get(), shown(path), segments, sink_, context_.cancel, [&](std::size_t more) {
      bytes_ += more;
      context_.status.progress({bytes_, std::nullopt, "bytes"});
    });
    const auto after = status_of(fd.get(), shown(path));
    if (is_unchanged(status, after)) return;
    const bool shrank = after.st_size < status.st_size;
    warnings_.changed("'" + shown(path) + "' changed while it was read" +
                      (shrank ? ": it became smaller, and zeros replace the missing part" : ""));
  }

  /// True if the archive has the file in its current state under another name. The inode number of a removed file is
  /// soon reused.
  bool write_hard_link(const Status& status, const std::string& path) {
    const auto found = linked_.find({status.st_dev, status.st_ino});
    if (found == linked_.end()) return false;
    if (!is_unchanged(found->second.status, status)) {
      warnings_.changed("'" + shown(path) + "' changed after it was stored as '" + shown(found->second.path) +
                        "': it is stored as a separate file");
      return false;
    }
    auto entry = entry_of(status, path, Type::hard_link);
    entry.link = found->second.path;
    write_header(header_of(entry));
    count_.entries++;
    count_.files++;
    return true;
  }

  void add_file(const std::string& header, const Status& status, const std::string& path) {
    write_header(header);
    count_.entries++;
    count_.files++;
    if (status.st_nlink > 1) linked_.insert_or_assign({status.st_dev, status.st_ino}, Stored{path, status});
  }

  void write_header(const std::string& header) {
    sink_.write({reinterpret_cast<const std::uint8_t*>(header.data()), header.size()});
  }

  void missed(const std::string& path, int number) {
    if (tells_of_change(number)) return warnings_.changed("'" + shown(path) + "' vanished while the folder was read");
    throw error_from_errno("cannot read '" + shown(path) + "'", number,
                           "run it as a user who can read the whole folder");
  }

  Entry entry_of(const Status& status, const std::string& path, Type type) const {
    Entry entry;
    entry.path = path;
    entry.type = type;
    entry.mode = status.st_mode & 07777;
    entry.uid = status.st_uid;
    entry.gid = status.st_gid;
    entry.user = owners_.user(status.st_uid);
    entry.group = owners_.group(status.st_gid);
    entry.mtime_seconds = status.st_mtim.tv_sec;
    entry.mtime_nanoseconds = static_cast<std::uint32_t>(status.st_mtim.tv_nsec);
    return entry;
  }

  const std::string& root_;
  const PathPatterns& excludes_;
  filters::Sink& sink_;
  JobContext& context_;
  const Owners owners_;
  Warnings warnings_;
  std::vector<Level> levels_;
  std::map<std::pair<dev_t, ino_t>, Stored> linked_;
  Count count_;
  std::uint64_t excluded_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

TreeReport write_tree(const std::string& root, const PathPatterns& excludes, filters::Sink& sink, JobContext& context) {
  return TreeWriter(root, excludes, sink, context).write();
}

}  // namespace sidekick::backup::tar
