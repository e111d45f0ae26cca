/// What a job that is run on a schedule keeps of its runs, and is told of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "schedule/schedule.hpp"
#include "sidekick/job.hpp"

namespace sidekick::schedule {

/// Why a run takes place.
struct Run {
  enum class Cause {
    asked_for,  ///< by a person, or at the start
    due,
    missed,  ///< it was due while nothing was running
  } cause = Cause::asked_for;
  /// Whether a run is due of what was last run at `last`: false where someone else was sooner. Always true for what is
  /// asked for. It may be called until the next run begins.
  std::function<bool(Schedule::Time last)> is_due_after = [](Schedule::Time) { return true; };
};

/// Implemented by jobs whose records outlive the process, so that a restart neither repeats a run nor misses one.
/// Called by one thread at a time.
class RunRecords {
 public:
  virtual ~RunRecords() = default;

  /// When the last run was begun; nothing where there was none. Called before the first run, with the contract of
  /// OneShotJob::run().
  virtual std::optional<Schedule::Time> last_run(JobContext& context) = 0;

  /// Where the records are, for the log, without credentials.
  virtual std::string kept_in() const = 0;

  /// A run begins: the calls of OneShotJob::run() that follow are its attempts. Drops what was left of the run before.
  virtual void begin_run(const Run& run, JobContext& context) = 0;

  /// When the rest of the run that began last is to be attempted, after OneShotJob::run() has returned or thrown.
  /// Nothing where there is no rest, or it may be attempted at any time.
  virtual std::optional<Clock::time_point> next_attempt() const = 0;

  /// So many runs were due while another one went on, and are left out.
  virtual void skipped(std::uint64_t runs, JobContext& context) = 0;
};

}  // namespace sidekick::schedule
