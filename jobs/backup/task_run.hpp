/// One turn of one task: its lease, the backup, and what follows from it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backup/failure_note.hpp"
#include "backup/settings.hpp"
#include "backup/storage_lease.hpp"
#include "schedule/run_records.hpp"
#include "storage/catalog.hpp"

namespace sidekick::backup {

/// How a turn ended that did not fail.
struct Turn {
  std::string summary;                         ///< one line
  std::optional<BackupEnding::Result> result;  ///< success or suspect; absent: the run is left to another process
};

/// A task with what is to be remembered from one turn to the next. Not thread safe.
class TaskRun final {
 public:
  /// All that is referred to outlives this.
  TaskRun(const Settings& settings, storage::Storage& storage, Task task);

  const std::string& job() const noexcept { return task_.job; }
  const std::string& where() const noexcept { return task_.source->where(); }

  /// Gives each figure that must exist from the start its first value: there was no success yet.
  void introduce(MetricSink& metrics) const;

  /// Tells the figures of the newest backup there is, and returns when it was begun; nothing where there is none, or
  /// its object is gone.
  std::optional<storage::WallTime> look(JobContext& context);

  /// A backup is to be taken, for that reason.
  void ask_for(schedule::Run reason);
  /// True from ask_for() until it was taken, or is found to be another's.
  bool is_asked_for() const noexcept { return asked_for_; }
  /// After a failure: not to be tried before that time.
  const std::optional<Clock::time_point>& held_until() const noexcept { return held_until_; }
  bool is_held(Clock::time_point now) const noexcept { return held_until_ && now < *held_until_; }
  /// Of the last run; absent where that succeeded.
  const std::optional<Error>& failure() const noexcept { return failure_; }

  /// Takes the backup, unless another process has taken it or is about to. Counts a failure and tells the hook and the
  /// URL of it. Throws Error as OneBackup::run(); temporary where another holds the lease and does not give it up; and
  /// the last failure once more, ruled out for another attempt, where settings.min_interval is not over.
  Turn run(JobContext& context);

  /// Counts a failure from before the backup was begun, such as a storage that is away, and tells of it as run() does.
  void failed_early(const Error& error, JobContext& context);

 private:
  std::unique_ptr<Lease> acquire_lease(JobContext& context);
  Turn run_alone(const Lease& lease, JobContext& context);
  void tell_of(const storage::Entry& entry, JobContext& context);
  void refuse_too_soon(JobContext& context);
  std::optional<storage::BackupName> taken_by_another(JobContext& context);
  void succeeded(const storage::Manifest& manifest, Clock::duration took, JobContext& context);
  void failed(const Error& error, const storage::Manifest& manifest, JobContext& context);
  void hold_back(const Error& error, std::uint64_t plain_bytes, JobContext& context);
  void tidy(const Lease& lease, JobContext& context);

  const Settings& settings_;
  storage::Storage& storage_;
  Task task_;
  bool asked_for_ = false;
  schedule::Run reason_;
  std::optional<Clock::time_point> held_until_;
  int failures_ = 0;  ///< in a row
  std::optional<Error> failure_;
};

}  // namespace sidekick::backup
