/// A job, and how it is to be run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/config/resolve.hpp"
#include "agent/runtime/policy.hpp"
#include "agent/runtime/timetable.hpp"
#include "sidekick/job.hpp"
#include "sidekick/pending_signals.hpp"

namespace sidekick::runtime {

/// What a job is made with, beside its settings. All of it outlives the job.
struct JobFrame {
  Log& log;
  MetricSink& metrics;
  const config::Environment& environment;
  CancelToken stop;         ///< cancelled when the job is to end
  PendingSignals& signals;  ///< empty unless the process wraps another program
};

struct JobPlan {
  std::variant<std::unique_ptr<OneShotJob>, std::unique_ptr<LoopJob>> job;
  Policy policy;
  enum class Steps { endless, one } steps = Steps::endless;  ///< of a loop
  std::optional<Timetable> timetable;  ///< of a one-shot job: it is run again and again; absent: once, now
  std::optional<int> trigger_signal;   ///< makes the next step or run due at once
  /// Called with the exit code and the last line of the run; what it returns goes to the termination log instead of
  /// that line. May be absent.
  std::function<std::string(int code, std::string_view text)> ended;
  /// The program that the process becomes once the job has succeeded; absent: none.
  std::optional<std::vector<std::string>> successor;
};

/// Makes the plan of a job from its settings, which come from the command line or from an entry of a file. Checks
/// everything that can be checked without touching anything but the files that settings name, and reports each problem
/// to the review of the settings: Error of kind usage, no_input, denied or config. The plan counts where they may be
/// used (Values::may_be_used()); elsewhere it has no job. May log what is worth knowing.
using MakePlan = JobPlan(const config::Settings& settings, const JobFrame& frame);

}  // namespace sidekick::runtime
