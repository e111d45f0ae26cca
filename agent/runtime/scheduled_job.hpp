/// A one-shot job that is run again and again, when its timetable says so.
#pragma once

#include <functional>
#include <optional>

#include "agent/runtime/timetable.hpp"
#include "schedule/agenda.hpp"
#include "sidekick/job.hpp"

namespace sidekick::runtime {

/// A loop whose steps look at the wall clock, at least once a minute as that may jump, and make an attempt of the run
/// that is due. The first step asks the records for the last run, and says that the job is ready. A run that was missed
/// by then is made up for once. Runs that become due while an attempt goes on are skipped; one that becomes due between
/// two attempts takes the place of the run that is retried. A step that finds nothing due has no summary. Not thread
/// safe.
class ScheduledJob final : public LoopJob {
 public:
  /// `job` outlives this. `random` gives numbers from 0 to 1. `is_triggered` is asked once in each step, and says
  /// whether someone asked for a run since the step before. Throws Error of kind config for an unknown time zone.
  ScheduledJob(OneShotJob& job, Timetable timetable, std::function<double()> random,
               std::function<bool()> is_triggered);

  Step step(JobContext& context) override;

  /// The run that has failed is not attempted again. Returns when the next step is due.
  Clock::time_point give_up(Clock::time_point now);

  /// True from the first step that succeeded.
  bool has_begun() const noexcept { return has_begun_; }

 private:
  using Time = schedule::Schedule::Time;
  using Cause = schedule::Run::Cause;

  Time now() const { return timetable_.wall_clock(); }
  void begin(JobContext& context);
  void begin_run(Cause cause, Time due, JobContext& context);
  Outcome attempt(JobContext& context);
  void note_skipped(JobContext& context);
  std::optional<Clock::time_point> next_attempt() const;
  Clock::time_point next_look(Clock::time_point here) const;

  OneShotJob& job_;
  Timetable timetable_;
  schedule::Agenda agenda_;
  std::function<bool()> is_triggered_;
  bool has_begun_ = false;
  bool is_in_run_ = false;  ///< a run has begun, and is not done
};

}  // namespace sidekick::runtime
