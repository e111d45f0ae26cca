/// One job of the process: its attempts, what follows a failure, and how it ends.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "agent/runtime/attempt_metrics.hpp"
#include "agent/runtime/farthest_progress.hpp"
#include "agent/runtime/interrupt.hpp"
#include "agent/runtime/job_plan.hpp"
#include "agent/runtime/labelled_metrics.hpp"
#include "agent/runtime/retry.hpp"
#include "agent/runtime/scheduled_job.hpp"
#include "agent/runtime/trigger.hpp"
#include "agent/status/event.hpp"
#include "agent/status/health.hpp"

namespace sidekick::runtime {

/// What the jobs of a process share. All of it outlives them and may be used by any thread.
struct ProcessContext {
  Clock& clock;
  status::EventSink& log;
  Interrupt& interrupt;  ///< of the process
  MetricSink& metrics;
  Waker& waker;                    ///< of the scheduler
  std::function<double()> random;  ///< from 0 to 1, for the back-off
  /// Makes the display of the progress of one attempt, which writes its lines to the given log.
  std::function<std::unique_ptr<StatusSink>(Log&)> make_display;
  /// Receives the one line that says how a job ended, and its exit code: before a success settles, and before an error
  /// is parked.
  std::function<void(std::string_view, int)> last_word;
  LabelledMetrics::Label label = LabelledMetrics::Label::ours;
};

/// When the next turn of a job is due.
struct NextTurn {
  Clock::time_point due{};
  int wake_fd = -1;            ///< readable: at once
  bool by_trigger = false;     ///< whether a trigger makes it due at once
  std::optional<int> ended{};  ///< the exit code, where there is no next turn
};

/// How long a turn may take.
struct TurnLimits {
  std::optional<Clock::time_point> deadline;  ///< then it is cancelled
  std::chrono::milliseconds let_go;           ///< from its cancellation until it is late
  int late_code;                              ///< the exit code of a process that ends for a late turn
  /// When the time of the whole job is over: a process without other jobs does not wait for a late turn any longer.
  std::optional<Clock::time_point> end{};
};

/// A job takes turns: an attempt or a step, or what follows a wait. The scheduler gives it a thread for each, and waits
/// in between. A one-shot job ends when it is done, fails for good or is stopped; one that succeeds although it was
/// stopped is a success: 0. A loop takes step after step until the policy gives up, or it is stopped: 128 and the
/// signal, as a loop is never done. A one-shot job with a timetable is a loop too. An error that no attempt can mend is
/// parked where the policy says so: logged now and every hour, until the job is stopped, which ends it with the error's
/// code.
class RunningJob final {
 public:
  /// Throws Error of kind io where no descriptor can be had.
  RunningJob(std::string name, const ProcessContext& process);
  ~RunningJob();
  RunningJob(const RunningJob&) = delete;
  RunningJob& operator=(const RunningJob&) = delete;

  const std::string& name() const noexcept { return name_; }
  Trigger& trigger() noexcept { return trigger_; }
  status::Health& health() noexcept { return health_; }
  MetricSink& metrics() noexcept { return metrics_; }
  const Interrupt& interrupt() const noexcept { return interrupt_; }

  /// Says what it is to do. Before it is given to a scheduler; this, or park(). Throws Error of kind config for a
  /// timetable in an unknown time zone.
  void start(JobPlan plan);

  /// There is no plan because the settings are invalid: the job only stays up.
  void park(const Error& error, ExitCodeOf exit_code_of);

  /// Stops the job as SIGTERM stops the process. From any thread; returns at once.
  void stop() noexcept;

  /// Nothing until the job has ended. From any thread.
  std::optional<int> exit_code() const noexcept;

  // For the scheduler, which calls these with its lock held and not during a turn, unless noted otherwise.

  /// The limits of the turn that begins now.
  TurnLimits begin_turn() noexcept;
  /// Makes the turn fail with this error instead of doing its work.
  void refuse_turn(Error error) noexcept { refused_ = std::move(error); }
  /// The time limit of a turn, as far as it is known before it begins.
  std::optional<Clock::duration> usual_limit() const noexcept { return policy().attempt_timeout; }
  /// Takes the turn. Without the lock; never throws.
  NextTurn turn() noexcept;
  /// During a turn: cancels it. A job that is stopped has been cancelled by its interrupt already.
  void time_is_up() noexcept;
  /// During a turn: it was cancelled and has not returned in time.
  void lost() noexcept;
  void end(int code) noexcept { exit_code_ = code; }

 private:
  enum class Phase { works, waits, settles, is_parked, lets_go };
  using Work = std::function<Step(JobContext&)>;

  const Policy& policy() const noexcept { return plan_.policy; }
  bool is_loop() const noexcept { return kind_ == Kind::loop; }
  bool may_be_idle() const noexcept { return is_loop() && policy().idle_steps == IdleSteps::are_mute; }
  std::optional<Clock::time_point> attempt_deadline() const;
  std::string took() const;

  NextTurn take_turn();
  NextTurn attempt();
  Step do_work();
  NextTurn succeeded(const Step& step);
  NextTurn finish(const Outcome& outcome);
  void note_success(bool did_something);
  NextTurn failed(const Error& error);
  NextTurn spend_budget(const Error& error);
  NextTurn count(const Error& error, const CountFailures& rule);
  NextTurn go_on(const Error& error);
  NextTurn try_again(LogLevel level, const Error& error, Clock::duration wait);
  NextTurn stopped();
  NextTurn out_of_time(const Error& last);
  NextTurn end_with(const Error& error);
  NextTurn wait_for_next_run(const Error& error);
  NextTurn stay_parked();
  NextTurn over(int code);
  void say_last_word(std::string_view text, int code) noexcept;
  void note_return() noexcept;

  enum class Kind { one_shot, loop };

  const std::string name_;
  const ProcessContext& process_;
  LabelledMetrics metrics_;
  Trigger trigger_;
  status::Health health_;
  Interrupt interrupt_;
  CancelSource turn_;  ///< cancelled with the interrupt, and when the turn's time is up
  status::JobLog log_;
  AttemptMetrics attempt_metrics_;
  std::atomic<std::optional<int>> exit_code_;

  JobPlan plan_;
  Kind kind_ = Kind::one_shot;
  std::unique_ptr<ScheduledJob> scheduled_;  ///< where the plan has a timetable
  Work work_;
  Phase phase_ = Phase::works;
  std::optional<Error> refused_;
  std::optional<Error> parked_for_;
  ExitCodeOf parked_code_of_ = own_exit_code;
  int code_ = 0;  ///< the exit code to come, while it settles or lets go
  RetryBudget budget_;
  Backoff backoff_;
  FarthestProgress farthest_;
  Clock::time_point started_;
  std::optional<Clock::time_point> deadline_;
  int number_ = 0;
  int failures_ = 0;            ///< in a row
  bool was_triggered_ = false;  ///< the turn
  bool succeeded_once_ = false;
  bool fails_ = false;  ///< since it was ready
  std::atomic<bool> timed_out_ = false;
  std::mutex lost_mutex_;  ///< the turn may return while the scheduler declares it lost
  bool is_lost_ = false;
};

}  // namespace sidekick::runtime
