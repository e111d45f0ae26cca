/// The backups of one job in a storage: objects with a manifest beside them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sidekick/error.hpp"
#include "sidekick/log.hpp"
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

/// Nothing for a name of another form. Only suffixes that `backup` writes count (a kind with its extension, then a
/// compression, then "age"): "….exec.out.zst.bak" is an operator's own file. A job's name may itself hold what looks
/// like a time: the last one counts.
std::optional<BackupName> parse_backup_name(std::string_view text);

/// A name for a backup that begins at `time` (cut to the second), with 8 digits of the system's randomness. Throws
/// Error of kind io where there is none.
BackupName new_backup_name(std::string job, WallTime time, std::string suffix);

/// True for a name that a job may have: 1 to 100 of letters, digits, '-', '_', not first a '-'.
bool is_job_name(std::string_view text) noexcept;

/// The manifest's own object: the name of the backup and ".json".
std::string manifest_name(std::string_view backup);

/// A manifest as a listing shows it.
struct Listed {
  BackupName name;
  std::optional<std::uint64_t> object_bytes;  ///< of its object; absent: there is none
};

/// Whether a backup is there: its manifest can be read, and its object exists and has the size that the manifest says.
enum class Presence { whole, missing, wrong_size, unreadable };

/// "whole", "missing", "wrong size", "unreadable".
std::string_view name_of(Presence presence) noexcept;

/// A manifest, or why it cannot be read, and what the storage has of its object.
struct Entry {
  Listed listed;
  std::optional<Manifest> manifest;  ///< absent: it cannot be read
  std::optional<Error> failure;      ///< why not

  const BackupName& name() const noexcept { return listed.name; }
  Presence presence() const noexcept;
  /// For people: "" of a whole one, "missing", "15 of 2048 bytes", "unreadable: …".
  std::string flaw() const;
};

/// A view of one storage. Reads thousands of manifests within bounded memory and time (several at once where that
/// pays). Throws as Storage does. Thread safe.
class Catalog final {
 public:
  Catalog(Storage& storage, std::string job);  ///< empty `job`: those of all jobs

  /// Exactly this job's manifests, oldest first: never those of a job whose name begins alike. Lists a second time
  /// where an object seems to be missing, since a listing is no snapshot.
  std::vector<Listed> listing(const CancelToken& cancel);

  /// Names only, from one listing; as cheap as that.
  std::vector<BackupName> names(const CancelToken& cancel);  ///< oldest first

  /// All of listing() with their manifests. A manifest that is removed meanwhile is left out. One that cannot be read
  /// (damaged, of another backup, of a newer version, no right to read it) is an entry too; where none can be read for
  /// another reason than its content, throws that error.
  std::vector<Entry> entries(const CancelToken& cancel);

  /// One of them; nothing where its manifest was removed meanwhile.
  std::optional<Entry> entry(const Listed& listed, const CancelToken& cancel);

  /// The newest whose object is there with its size, suspect or not; nothing where there is none. One whose manifest
  /// cannot be read counts, since its object exists.
  std::optional<Entry> newest(const CancelToken& cancel);

  /// `name`, or "latest": the newest that is not suspect and whose object is there; logs a warning for each newer one
  /// that is missing. A damaged one is not passed over: it fails when it is read. Throws no_input, with the nearest
  /// name as its hint, or the jobs there are where this one has no backup; data for a manifest that cannot be read.
  Manifest find(std::string_view name, Log& log, const CancelToken& cancel);

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
  std::string prefix() const { return job_.empty() ? job_ : job_ + "-"; }
  std::optional<Manifest> read(const BackupName& name, const CancelToken& cancel);
  Manifest latest(Log& log, const CancelToken& cancel);
  Error no_latest(const std::vector<Listed>& all, const std::optional<std::string>& suspect, const CancelToken& cancel);

  Storage& storage_;
  std::string job_;
};

}  // namespace sidekick::storage
