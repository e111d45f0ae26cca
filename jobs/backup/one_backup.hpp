/// One backup of one source: takes, verifies, publishes and reports it.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "backup/settings.hpp"
#include "backup/storage_lease.hpp"
#include "storage/catalog.hpp"

namespace sidekick::backup {

/// Takes one backup under a lease that the caller holds. An object gets its name only after its plain bytes were
/// verified, and its manifest only after the stored bytes were: without a manifest there is no backup. A kill leaves at
/// most an object without a manifest. Not thread safe.
class OneBackup final {
 public:
  /// The references outlive this.
  OneBackup(const Settings& settings, storage::Storage& storage, Task& task, const Lease& lease);

  /// Returns the manifest as stored. Throws Error: what the source, the storage and the hook before the backup throw;
  /// data if verification fails (the object is removed); temporary if the lease was lost. If only the restore into the
  /// scratch server could not run, keeps the backup with level `read` and throws an error without retry that says so.
  storage::Manifest run(JobContext& context);

  /// The bytes that the source wrote in run(), even if that failed.
  std::uint64_t plain_bytes() const noexcept { return pipeline_.plain_bytes(); }

  /// The manifest as far as it is known: after a failure at least its name and job.
  const storage::Manifest& manifest() const noexcept { return manifest_; }

 private:
  void begin(JobContext& context);
  void write(JobContext& context);
  void prove(JobContext& context);
  void look_for_shrinkage(JobContext& context);
  void publish(JobContext& context);
  void discard(Log& log) noexcept;

  const Settings& settings_;
  storage::Storage& storage_;
  Task& task_;
  const Lease& lease_;
  Pipeline pipeline_;
  storage::Manifest manifest_;
  std::optional<Error> unproven_;
  bool may_arrive_ = false;  ///< the manifest may still arrive from a storage that did not answer
};

/// The newest complete backup of `source` that is not suspect; if there is none or `source` is empty, that of the job;
/// nothing if there is none. Logs and skips manifests that cannot be read. Otherwise throws as Catalog does.
std::optional<storage::Manifest> last_good(storage::Storage& storage, const std::string& job, std::string_view source,
                                           Log& log, const CancelToken& cancel);

}  // namespace sidekick::backup
