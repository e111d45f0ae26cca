/// What was written and how it looked on disk, so that a walk need not read unchanged files.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/publish/entry.hpp"
#include "sidekick/files.hpp"

namespace sidekick::git_sync {

/// The attributes of a file in which a change shows.
struct FileStamp {
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;

  /// A ctime that no file has: comparing it finds a difference, so that the file is read.
  static constexpr std::int64_t not_to_be_trusted = -1;

  static FileStamp of(const struct stat& status) noexcept;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

struct RecordedFile {
  EntryKind kind = EntryKind::file;
  ObjectId blob;
  FileStamp stamp;
};

/// The files of one published tree. A value.
struct Record {
  ObjectId commit;
  std::string snapshot_key;                                ///< of snapshot_key(): other inputs of the bytes on disk
  std::map<std::string, RecordedFile, std::less<>> files;  ///< by path below the folder
  std::vector<std::string> empty_folders{};                ///< of submodules that are not filled; sorted
};

/// Distinguishes snapshots whose equal blobs may be written differently: subdir, sparse patterns, attributes, included
/// submodules.
std::string snapshot_key(const Snapshot& snapshot, const std::vector<Entry>& entries);

/// Nothing where the file is missing, truncated or damaged (a checksum is at its end); the caller then compares
/// everything. Throws Error io, denied.
std::optional<Record> read_record(const std::filesystem::path& file);

/// Writes a temporary file, syncs it unless `later`, and renames it. Throws Error io, denied, cannot_create.
void write_record(const std::filesystem::path& file, const Record& record);
void write_record(const std::filesystem::path& file, const Record& record, Durable durable);

}  // namespace sidekick::git_sync
