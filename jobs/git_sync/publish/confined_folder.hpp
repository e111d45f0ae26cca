/// Writes files so that a reader sees the old or the new one, never half of one.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "git_sync/local_files.hpp"
#include "git_sync/publish/beneath.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/file_bytes.hpp"
#include "git_sync/publish/record.hpp"
#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/files.hpp"

namespace sidekick::git_sync {

struct Ownership {
  uid_t user;
  gid_t group;
};

struct FileAttributes {
  mode_t file_mode = 0644;
  mode_t executable_mode = 0755;
  mode_t folder_mode = 0755;
  std::optional<Ownership> owner;  ///< nothing: ours

  mode_t mode_of(EntryKind kind) const noexcept { return kind == EntryKind::executable ? executable_mode : file_mode; }
};

/// An open folder below which no path is resolved through a symlink: every component is opened with O_NOFOLLOW. Not
/// thread safe; make one per thread. Members throw Error: io, denied, cannot_create, data (a component of the path is a
/// symlink or a file).
class ConfinedFolder final {
 public:
  explicit ConfinedFolder(const std::filesystem::path& path);

  /// Files are written in the folder `staging` before they are renamed, if it is on the same filesystem as their
  /// target; a kill leaves its leftovers there.
  ConfinedFolder(const std::filesystem::path& path, const std::filesystem::path& staging);

  /// The stamp of the file at `path`, and whether it is a file, executable or symlink; nothing where there is nothing
  /// or a folder.
  struct Found {
    EntryKind kind;
    FileStamp stamp;
  };
  std::optional<Found> look(const std::string& path) const;

  /// Writes a file or symlink under a temporary name (with temporary_prefix, in the same folder or in `staging`), and
  /// renames it to `path`; creates missing folders. Not synced: call sync() once at the end. The returned stamp is
  /// marked as untrusted where it could not show a concurrent change of the file; take()'s as well.
  FileStamp replace(const std::string& path, EntryKind kind, const FileBytes& bytes, const FileAttributes& attributes);
  FileStamp replace(const std::string& path, EntryKind kind, std::span<const std::byte> bytes,
                    const FileAttributes& attributes);

  /// Creates the folder at `path` and its parents, where missing.
  void ensure_folder(const std::string& path, const FileAttributes& attributes);

  /// Renames the file or symlink `name` of the folder `from` to `path`; copies it with its time when that is on another
  /// filesystem. Creates missing folders.
  FileStamp take(const ConfinedFolder& from, const std::string& name, const std::string& path, EntryKind kind,
                 const FileAttributes& attributes);

  /// True when the file or symlink at `path` has exactly these bytes.
  bool holds(const std::string& path, EntryKind kind, const FileBytes& bytes) const;

  /// Removes the file or symlink; true when there was one. remove_empty_folder() keeps a folder that is not empty, or
  /// that something is mounted on.
  bool remove(const std::string& path);
  bool remove_empty_folder(const std::string& path);

  /// Returns when everything written on this filesystem is durable (syncfs).
  void sync() const;

  int descriptor() const noexcept { return root_.get(); }

 private:
  FileStamp copy(const ConfinedFolder& from, const std::string& name, int folder, const std::string& path,
                 EntryKind kind, const FileAttributes& attributes);
  Fd open_folder(const std::string& path) const;
  Fd make_folder(const std::string& path, const FileAttributes& attributes);
  std::optional<FileStamp> try_replace(int staging, int folder, const std::string& path, EntryKind kind,
                                       const FileBytes& bytes, const FileAttributes& attributes);

  std::filesystem::path path_;
  Fd root_;
  Fd staging_;
  Resolution resolution_;
};

/// Writes all of `bytes` to a new file, and sets the mode and owner of `kind`. Throws Error io, denied, with `name` in
/// the message.
void fill_file(int fd, const std::string& name, EntryKind kind, const FileBytes& bytes,
               const FileAttributes& attributes);

/// The kind of file for a status: anything but a folder, a symlink or an executable counts as a file.
EntryKind kind_of(const struct stat& status) noexcept;

/// The symlink target that `bytes` is. Throws Error data with `path` where it is invalid: empty, longer than a path can
/// be, or with a zero byte.
std::string link_target(const std::string& path, const FileBytes& bytes);

}  // namespace sidekick::git_sync
