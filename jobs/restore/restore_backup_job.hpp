/// Restores a backup from its storage.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "filters/age.hpp"
#include "restore/restore_job.hpp"
#include "storage/manifest.hpp"
#include "storage/open_storage.hpp"

namespace sidekick::restore {

/// Which backup, and how to read it.
struct BackupPlace {
  std::string url;  ///< "s3://bucket/prefix/NAME"; NAME may be "latest"
  storage::Access access;
  std::string job;  ///< the job of the latest one; empty: the only job
  std::vector<filters::AgeIdentity> identities;
};

/// RestoreJob with a stored backup as its input. The latest backup is determined once: all attempts restore the same.
/// Replays an oplog that the manifest mentions, unless the settings select or rename. Errors besides those of
/// RestoreJob: those of the storage; no_input where there is no such backup, config where it is not a backup of MongoDB
/// or several jobs have a latest one, denied where no identity opens it.
class RestoreBackupJob final : public OneShotJob {
 public:
  /// Throws Error of kind config for a URL that does not name a storage.
  RestoreBackupJob(Settings settings, BackupPlace place);
  Outcome run(JobContext& context) override;

 private:
  storage::Manifest find(Log& log, const CancelToken& cancel);
  std::string only_job(const CancelToken& cancel);
  void prepare(const storage::Manifest& manifest, Log& log);

  Settings settings_;
  const BackupPlace place_;
  std::string name_;
  std::shared_ptr<storage::Storage> storage_;
  std::optional<RestoreJob> job_;
};

}  // namespace sidekick::restore
