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

/// Nothing for a name of another form. Accepts only suffixes that `backup` writes (a kind with its extension, then a
/// compression, then "age"): "….exec.out.zst.bak" is an operator's own file. A job's name may itself contain a time:
/// the last one counts.
std::optional<BackupName> parse_backup_name(std::string_view text);

/// A name for a backup that begins at `time` (truncated to the second), with 8 random digits. Throws Error of kind io
/// where the system has no randomness.
BackupName new_backup_name(std::string job, WallTime time, std::string suffix);

/// True for a valid name of a job: 1 to 100 of letters, digits, '-', '_', not first a '-'.
bool is_job_name(std::string_view text) noexcept;

/// The object of the manifest: the name of the backup and ".json".
std::string manifest_name(std::string_view backup);

/// A manifest in a listing.
struct Listed {
  BackupName name;
  std::optional<std::uint64_t> object_bytes;  ///< of its object; absent: there is none
};

/// Whether a backup is complete: its manifest is readable, and its object exists with the size in the manifest.
enum class Presence { whole, missing, wrong_size, unreadable };

/// "whole", "missing", "wrong size", "unreadable".
std::string_view name_of(Presence presence) noexcept;

/// A manifest, or why it cannot be read, and the state of its object in the storage.
struct Entry {
  Listed listed;
  std::optional<Manifest> manifest;  ///< absent: it cannot be read
  std::optional<Error> failure;      ///< why not

  const BackupName& name() const noexcept { return listed.name; }
  Presence presence() const noexcept;
  /// For display: "" for a whole one, "missing", "15 of 2048 bytes", "unreadable: …".
  std::string flaw() const;
};

/// A view of one storage. Reads thousands of manifests within bounded memory and time (several at once where that is
/// faster). Throws as Storage does. Thread safe.
class Catalog final {
 public:
  Catalog(Storage& storage, std::string job);  ///< empty `job`: all jobs

  /// The manifests of exactly this job, oldest first; not those of a job whose name has it as a prefix. Lists a second
  /// time where an object seems to be missing, since a listing is not a snapshot.
  std::vector<Listed> listing(const CancelToken& cancel);

  /// Only names, from one listing; as cheap as that.
  std::vector<BackupName> names(const CancelToken& cancel);  ///< oldest first

  /// Everything in listing() with its manifest. Skips a manifest that is removed meanwhile. An unreadable one (damaged,
  /// of another backup, of a newer version, no permission) is an entry too; where none can be read for another reason
  /// than its content, throws that error.
  std::vector<Entry> entries(const CancelToken& cancel);

  /// One of them; nothing where its manifest was removed meanwhile.
  std::optional<Entry> entry(const Listed& listed, const CancelToken& cancel);

  /// The newest whose object exists with its size, suspect or not; nothing where there is none. One with an unreadable
  /// manifest counts, since its object exists.
  std::optional<Entry> newest(const CancelToken& cancel);

  /// `name`, or "latest": the newest that is not suspect and whose object exists with its size; logs a warning for each
  /// newer one whose object is missing or cut. One that is damaged otherwise is not skipped. Throws no_input, with the
  /// nearest name as its hint, or the existing jobs where this one has no backup; data for an unreadable manifest.
  Manifest find(std::string_view name, Log& log, const CancelToken& cancel);

  /// Objects of this job without a manifest, according to a listing: call has_manifest() before removing one.
  std::vector<Object> orphans(const CancelToken& cancel);

  /// Whether the object `name` has a manifest, looked up by its name.
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
