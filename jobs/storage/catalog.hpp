/// The backups of one job in a storage: objects with a manifest beside them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/manifest.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage {

/// "<job>-<20261121T031500Z>-<8 hex>.<kind>.<ext>": sorts by time within a job, and is unique.
struct BackupName {
  std::string job;
  WallTime time{};     ///< to the second
  std::string random;  ///< 8 lower-case hexadecimal digits
  std::string suffix;  ///< "mongodb.archive.zst.age"
  std::string text() const;
};

/// Nothing for a name of another form, nor for that of a manifest (a suffix that is or ends with "json"). A job's name
/// may itself hold what looks like a time: the last one counts.
std::optional<BackupName> parse_backup_name(std::string_view text);

/// A name for a backup that begins at `time` (cut to the second), with 8 digits of the system's randomness. Throws
/// Error of kind io where there is none.
BackupName new_backup_name(std::string job, WallTime time, std::string suffix);

/// True for a name that a job may have: 1 to 100 of letters, digits, '-', '_', not first a '-'.
bool is_job_name(std::string_view text) noexcept;

/// The manifest's own object: the name of the backup and ".json".
std::string manifest_name(std::string_view backup);

/// A view of one storage. Reads thousands of manifests within bounded memory and time (several at once where that
/// pays). Throws as Storage does, and data for a manifest that cannot be read, or is that of another backup. Thread
/// safe.
class Catalog final {
 public:
  Catalog(Storage& storage, std::string job);  ///< empty `job`: those of all jobs

  /// Exactly this job's backups with a manifest, oldest first: never those of a job whose name begins alike. One that
  /// is removed meanwhile is left out.
  std::vector<Manifest> backups(const CancelToken& cancel);

  /// Names only, of those with a manifest, from one listing; as cheap as that.
  std::vector<BackupName> names(const CancelToken& cancel);  ///< oldest first

  /// `name`, or "latest": the newest that is not suspect. Throws no_input, with the nearest name as its hint, or
  /// the jobs there are where this one has no backup.
  Manifest find(std::string_view name, const CancelToken& cancel);

  /// This job's objects without a manifest, as a listing shows them: before one is removed, has_manifest() is asked.
  std::vector<Object> orphans(const CancelToken& cancel);

  /// Whether there is a manifest of the object `name`, looked for by its name.
  bool has_manifest(const std::string& name, const CancelToken& cancel);

  /// The manifest first, then the object. Throws Error of kind internal for a name of another job.
  void remove(const std::string& name, const CancelToken& cancel);

  /// The same for many: all manifests, and then, once that is durable, all objects.
  void remove_all(const std::vector<std::string>& names, const CancelToken& cancel);

 private:
  bool is_mine(const BackupName& name) const { return job_.empty() || name.job == job_; }
  std::optional<Manifest> read(const BackupName& name, const CancelToken& cancel);
  Manifest latest(const CancelToken& cancel);

  Storage& storage_;
  std::string job_;
};

}  // namespace sidekick::storage
