/// One backup of one source: taken, proven, published, told of.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "backup/settings.hpp"
#include "backup/storage_lease.hpp"
#include "storage/catalog.hpp"

namespace sidekick::backup {

/// Takes one backup under a lease that is held by whoever calls. An object gets its name only once its plain bytes were
/// proven, and its manifest only once it was proven from where it is stored: without that it does not exist. Killed in
/// between it leaves at most an object without a manifest. Not thread safe.
class OneBackup final {
 public:
  /// All of it outlives this.
  OneBackup(const Settings& settings, storage::Storage& storage, Task& task, const Lease& lease);

  /// The manifest as it was stored. Throws Error: what the source, the storage and the hook before it throw; data where
  /// a proof fails (the object is removed); temporary where the lease was lost. Where only the restore into the scratch
  /// server could not be carried out, the backup is kept as one of level `read`, and the error, which may not be tried
  /// again, says so.
  storage::Manifest run(JobContext& context);

  /// Bytes that the source gave in run(), also where that failed.
  std::uint64_t plain_bytes() const noexcept { return pipeline_.plain_bytes(); }

  /// As far as it is known: of a failure at least its name and its job.
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
  bool may_arrive_ = false;  ///< the manifest: a storage that did not answer may write it yet
};

/// The newest backup of `source` that is whole and not suspect; where that has none, or `source` is empty, the newest
/// of the job; nothing where there is none. A manifest that cannot be read is logged and passed over. Throws as Catalog
/// does else.
std::optional<storage::Manifest> last_good(storage::Storage& storage, const std::string& job, std::string_view source,
                                           Log& log, const CancelToken& cancel);

}  // namespace sidekick::backup
