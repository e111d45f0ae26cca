/// When the runs of a job are due.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "schedule/run_records.hpp"
#include "schedule/schedule.hpp"

namespace sidekick::runtime {

struct Timetable {
  schedule::Schedule schedule;
  std::string zone;  ///< as TZ has it; empty: UTC
  std::chrono::seconds jitter{0};
  enum class Start {
    when_due,  ///< the first run is the next that is due, or one that was missed
    at_once,
  } start = Start::when_due;
  enum class AfterFailure {
    next_run,  ///< a run that has spent its retries has failed; the next one follows when it is due
    try_on,    ///< a run is retried until it succeeds or the next one is due
  } after_failure = AfterFailure::next_run;
  /// What the job keeps of its runs; part of the job. nullptr: nothing is kept, so that no run was missed at the start.
  schedule::RunRecords* records = nullptr;
  std::function<schedule::Schedule::Time()> wall_clock = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };
};

}  // namespace sidekick::runtime
