/// Writing files so that a reader sees the old or the new one, never half of one.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "git_sync/publish/beneath.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/record.hpp"
#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"

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

/// A folder held open, below which nothing is reached through a symlink: every step of a path is opened with
/// O_NOFOLLOW. Not thread safe; make one for each thread.
/// Members throw Error: io, denied, cannot_create, data (a step of the path is a symlink or a file).
class Folder final {
 public:
  explicit Folder(const std::filesystem::path& path);

  /// Files are written in the folder `staging` before they are renamed, where that is on the same filesystem as their
  /// place; what a kill leaves behind is then in there.
  Folder(const std::filesystem::path& path, const std::filesystem::path& staging);

  /// The stamp of what is at `path` and whether it is a file, executable, symlink; nothing where there is nothing or a
  /// folder.
  struct Found {
    EntryKind kind;
    FileStamp stamp;
  };
  std::optional<Found> look(const std::string& path) const;

  /// Writes a file or symlink under a temporary name (temporary_prefix and more, in the same folder or in `staging`),
  /// and renames it to `path`; missing folders are made. Not synced: call sync() once at the end. The stamp is one not
  /// to be trusted where it could not show that somebody changes the file, or has done so already; take()'s as well.
  FileStamp replace(const std::string& path, EntryKind kind, std::span<const std::byte> bytes,
                    const FileAttributes& attributes);

  /// Makes the folder at `path`, and those above it, where it is missing.
  void ensure_folder(const std::string& path, const FileAttributes& attributes);

  /// Renames the file or symlink `name` of the folder `from` to `path`, where it is copied, its time included, when
  /// that is on another filesystem; missing folders are made.
  FileStamp take(const Folder& from, const std::string& name, const std::string& path, EntryKind kind,
                 const FileAttributes& attributes);

  /// True when the file or symlink at `path` has exactly these bytes.
  bool holds(const std::string& path, EntryKind kind, std::span<const std::byte> bytes) const;

  /// Removes the file or symlink; true when there was one. remove_empty_folder() leaves one that is not empty,
  /// or that something is mounted on.
  bool remove(const std::string& path);
  bool remove_empty_folder(const std::string& path);

  /// Returns when all that was written on this filesystem is durable (syncfs).
  void sync() const;

  int descriptor() const noexcept { return root_.get(); }

 private:
  FileStamp copy(const Folder& from, const std::string& name, int folder, const std::string& path, EntryKind kind,
                 const FileAttributes& attributes);
  Fd open_folder(const std::string& path) const;
  Fd make_folder(const std::string& path, const FileAttributes& attributes);
  std::optional<FileStamp> try_replace(int staging, int folder, const std::string& path, EntryKind kind,
                                       std::span<const std::byte> bytes, const FileAttributes& attributes);

  std::filesystem::path path_;
  Fd root_;
  Fd staging_;
  Resolution resolution_;
};

/// What the names of our temporary files begin with.
inline constexpr std::string_view temporary_prefix = ".sidekick-tmp-";

/// Writes all of `bytes`. Throws Error io with `name` in the message.
void write_all(int fd, const std::string& name, std::span<const std::byte> bytes);

/// Writes all of `bytes` to a file just made, and gives it the mode and owner of `kind`. Throws Error io, denied, with
/// `name` in the message.
void fill_file(int fd, const std::string& name, EntryKind kind, std::span<const std::byte> bytes,
               const FileAttributes& attributes);

/// The kind of what a status tells of: whatever is neither a folder, a symlink nor executable counts as a file.
EntryKind kind_of(const struct stat& status) noexcept;

enum class Durable { now, later };

/// Writes a small file beside, synced unless that is left for `later`, and renames it. Throws Error io, denied,
/// cannot_create.
void write_file_atomically(const std::filesystem::path& file, std::string_view bytes, mode_t mode = 0644,
                           Durable durable = Durable::now);

/// Returns when what was renamed in the folder, or made or removed, is durable. Throws Error io, denied.
void sync_folder(const std::filesystem::path& folder);

/// The target of a symlink that `bytes` are. Throws Error data with `path` where no symlink can hold it: it is empty,
/// longer than a path can be, or has a zero byte in it.
std::string link_target(const std::string& path, std::span<const std::byte> bytes);

/// `cannot WHAT 'PATH': cause`, with the kind and the hint that fit the errno.
Error path_error(const std::string& what, const std::string& path, int number);

}  // namespace sidekick::git_sync
