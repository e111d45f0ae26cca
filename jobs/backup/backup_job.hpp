/// The job `backup`: takes backups of sources, proves them, and keeps the right ones.
#pragma once

#include <memory>
#include <vector>

#include "backup/settings.hpp"
#include "sidekick/job.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

/// A loop whose steps look whether a backup is due by the wall clock, at least once a minute, and take it; without
/// settings.timing the first step takes one of each source, and returns when all are stored. A source that fails does
/// not keep the others from being tried, and those that are done are not done again by the attempt that follows. The
/// error is that of the source that may be tried again, else of the first. After a failure that no further attempt can
/// mend, nothing is uploaded for settings.min_interval, also by a process that comes after this one. Calls
/// status.ready() once the storage was reached and the schedule runs. Makes progress known as the sources do. Cancelled
/// or killed it leaves at most objects without a manifest, which no one takes for backups.
class BackupJob final : public LoopJob {
 public:
  /// There is at least one task, and no two have the same job.
  BackupJob(Settings settings, std::vector<Task> tasks, std::unique_ptr<storage::Storage> storage);
  ~BackupJob() override;
  BackupJob(const BackupJob&) = delete;
  BackupJob& operator=(const BackupJob&) = delete;

  Step step(JobContext& context) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::backup
