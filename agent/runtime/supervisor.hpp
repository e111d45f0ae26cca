/// Runs a job to its end: attempts, waiting, time limits, cancellation, and the exit code.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/runtime/interrupt.hpp"
#include "agent/runtime/retry.hpp"
#include "agent/status/event.hpp"
#include "agent/status/health.hpp"
#include "sidekick/job.hpp"

namespace sidekick::runtime {

enum class AfterPermanent { end, park };

struct Policy {
  RetryLimits retry;
  std::optional<std::chrono::milliseconds> timeout;          ///< for everything; a loop has none
  std::optional<std::chrono::milliseconds> attempt_timeout;  ///< for one attempt or step
  std::chrono::milliseconds settle{0};  ///< a success does not return before the supervisor has run so long
  AfterPermanent after_permanent = AfterPermanent::end;
};

/// What the supervisor needs of the world. All references outlive the run.
struct Surroundings {
  Clock& clock;
  status::EventSink& log;
  Interrupt& interrupt;
  MetricSink& metrics;
  status::Health& health;
  std::function<double()> random;  ///< from 0 to 1, for the back-off
  /// Makes what shows the progress of one attempt; its log lines go to the log given.
  std::function<std::unique_ptr<StatusSink>(Log&)> make_display;
  /// Takes the one line that tells how the run ended.
  std::function<void(std::string_view)> last_word;
  /// Ends the process at once, for a job that does not let go.
  std::function<void(int)> abandon;
};

/// Runs the job until it is done, fails for good or is stopped, and returns the exit code of the process. A job that
/// succeeds although it was stopped is a success: 0. Never throws. The job runs in the calling thread.
int run_one_shot(const std::string& name, OneShotJob& job, const Policy& policy, const Surroundings& around);

/// Runs step after step until one fails for good or the interrupt is raised: 128 + its signal, as a loop is never done.
int run_loop(const std::string& name, LoopJob& job, const Policy& policy, const Surroundings& around);

/// Logs a permanent error now and every hour, and returns its exit code when the interrupt is raised: an orchestrator
/// that restarts what has ended sees a task that runs, and its log says why it does nothing.
int park(const std::string& name, const Error& error, const Surroundings& around);

}  // namespace sidekick::runtime
