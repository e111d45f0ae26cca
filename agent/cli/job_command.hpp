/// What every command that runs a job does around it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "agent/cli/commands.hpp"
#include "agent/cli/http_endpoints.hpp"
#include "agent/runtime/policy.hpp"
#include "agent/status/console_log.hpp"
#include "sidekick/job.hpp"
#include "sidekick/signal_mail.hpp"

namespace sidekick::cli {

/// Makes the job from what it was told; checks everything that can be checked without touching anything. Throws Error
/// of kind usage, no_input or config. May log what is worth knowing.
using MakeJob = std::function<std::unique_ptr<OneShotJob>(const config::Settings&, Log&)>;

/// What a job is made with, beside its settings. All of it outlives the job.
struct JobFrame {
  Log& log;
  MetricSink& metrics;
  const config::Environment& environment;
  CancelToken stop;     ///< cancelled when the process was told to end
  SignalMail& signals;  ///< empty unless the command wraps another program
};

/// What the process is to the programs that it starts.
enum class Wraps {
  nothing,          ///< they are tools of its job
  another_program,  ///< it stands for one: it is PID 1 itself, passes signals on, and leaves TZ to the program
  until_its_end,    ///< it becomes one when its job is done: it is PID 1 itself, and leaves TZ to the program
};

/// A job, and how it is to be run.
struct JobPlan {
  std::variant<std::unique_ptr<OneShotJob>, std::unique_ptr<LoopJob>> job;
  runtime::Policy policy;
  enum class Steps { endless, one } steps = Steps::endless;  ///< of a loop
  std::optional<int> trigger_signal;                         ///< makes the next step due at once
  /// Told of the exit code and the last word of the run; what it returns goes to the termination log instead of that
  /// word. Absent: nobody is told.
  std::function<std::string(int code, std::string_view text)> ended;
};

/// A command that runs a job, for those that want more than the usual.
struct JobCommand {
  config::Schema schema;
  /// Makes the plan from what was told; throws as MakeJob.
  std::function<JobPlan(const config::Settings&, const JobFrame&)> plan;
  // Without an initializer the compiler warns of every member that a command leaves out.
  // NOLINTBEGIN(readability-redundant-member-init)
  /// Where to answer over HTTP; absent, or nothing: nowhere.
  std::function<std::optional<HttpPlan>(const config::Values&)> http = {};
  /// For wrong settings; a running job has that of its policy.
  runtime::ExitCodeOf exit_code_of = runtime::own_exit_code;
  /// The form of the log unless --log-format is given; nothing: that of `auto`.
  std::optional<status::LogFormat> log_format = {};
  /// Told of the error that a wrong setting is; may be absent.
  std::function<void(const Error&, Log&)> refused = {};
  Wraps wraps = Wraps::nothing;
  // NOLINTEND(readability-redundant-member-init)
};

/// Settles the settings, answers --help and its like, and runs the job under the supervisor. Returns the exit code,
/// that of wrong settings too, which are logged (and parked, if that is wanted). Throws Error of kind io where an
/// answer cannot be written or the process cannot be set up.
int run_job(const Invocation& invocation, const JobCommand& command);

/// The same for a one-shot job with nothing out of the ordinary.
int run_job(const Invocation& invocation, const config::Schema& schema, const MakeJob& make_job);

}  // namespace sidekick::cli
