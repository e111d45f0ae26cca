/// Runs a job to its end: attempts, waiting, time limits, cancellation, and the exit code.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/runtime/interrupt.hpp"
#include "agent/runtime/policy.hpp"
#include "agent/runtime/trigger.hpp"
#include "agent/status/event.hpp"
#include "agent/status/health.hpp"
#include "sidekick/job.hpp"

namespace sidekick::runtime {

/// What the supervisor needs of the world. All references outlive the run.
struct Surroundings {
  Clock& clock;
  status::EventSink& log;
  Interrupt& interrupt;
  MetricSink& metrics;
  status::Health& health;
  Trigger& trigger;
  std::function<double()> random;  ///< from 0 to 1, for the back-off
  /// Makes what shows the progress of one attempt; its log lines go to the log given.
  std::function<std::unique_ptr<StatusSink>(Log&)> make_display;
  /// Takes the one line that tells how the run ended, and the exit code that is to follow. Before a success settles,
  /// and before an error is parked.
  std::function<void(std::string_view, int)> last_word;
  /// Ends the process at once, for a job that does not let go.
  std::function<void(int)> abandon;
};

/// Runs the job until it is done, fails for good or is stopped, and returns the exit code of the process. A job that
/// succeeds although it was stopped is a success: 0. Never throws. The job runs in the calling thread.
int run_one_shot(const std::string& name, OneShotJob& job, const Policy& policy, const Surroundings& around);

/// Runs step after step until policy.failures gives up, or the interrupt is raised: 128 + its signal, as a loop is
/// never done. A raised trigger makes the next step due at once, also one that waits after a failure.
int run_loop(const std::string& name, LoopJob& job, const Policy& policy, const Surroundings& around);

/// Runs the loop until one step has succeeded: 0.
int run_once(const std::string& name, LoopJob& job, const Policy& policy, const Surroundings& around);

/// Logs a permanent error now and every hour, and returns its exit code when the interrupt is raised: an orchestrator
/// that restarts what has ended sees a task that runs, and its log says why it does nothing.
int park(const std::string& name, const Error& error, const Surroundings& around,
         ExitCodeOf exit_code_of = own_exit_code);

}  // namespace sidekick::runtime
