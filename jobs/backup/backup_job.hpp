/// The job `backup`: takes backups of sources, proves them, and keeps the right ones.
#pragma once

#include <memory>
#include <vector>

#include "backup/settings.hpp"
#include "schedule/run_records.hpp"
#include "sidekick/job.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

/// Each run takes one backup of each source, and returns when all are stored. A source that fails does not keep the
/// others from being tried, and those that are done are not done again by the attempts that follow. The error is that
/// of the source that may be tried again, else of the first. After a failure that no further attempt can mend, nothing
/// is uploaded for settings.min_interval, also by a process that comes after this one. Makes progress known as the
/// sources do. Cancelled or killed it leaves at most objects without a manifest, which no one takes for backups.
///
/// The storage is the record of the runs: on a schedule, a source whose backup another process has taken is left out,
/// and so is one without a missed run where a run was missed.
class BackupJob final : public OneShotJob, public schedule::RunRecords {
 public:
  /// There is at least one task, and no two have the same job.
  BackupJob(Settings settings, std::vector<Task> tasks, std::unique_ptr<storage::Storage> storage);
  ~BackupJob() override;
  BackupJob(const BackupJob&) = delete;
  BackupJob& operator=(const BackupJob&) = delete;

  Outcome run(JobContext& context) override;

  /// That of the source whose last backup is the oldest.
  std::optional<schedule::Schedule::Time> last_run(JobContext& context) override;
  std::string kept_in() const override;
  void begin_run(const schedule::Run& run, JobContext& context) override;
  std::optional<Clock::time_point> next_attempt() const override;
  void skipped(std::uint64_t runs, JobContext& context) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::backup
