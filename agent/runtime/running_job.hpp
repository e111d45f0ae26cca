/// One job of the process: its attempts, what follows a failure, and how it ends.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "agent/runtime/figures.hpp"
#include "agent/runtime/interrupt.hpp"
#include "agent/runtime/job_metrics.hpp"
#include "agent/runtime/job_plan.hpp"
#include "agent/runtime/movement.hpp"
#include "agent/runtime/retry.hpp"
#include "agent/runtime/scheduled_job.hpp"
#include "agent/runtime/trigger.hpp"
#include "agent/status/event.hpp"
#include "agent/status/health.hpp"

namespace sidekick::runtime {

/// What the jobs of a process share. All of it outlives them, and is safe from any thread.
struct Surroundings {
  Clock& clock;
  status::EventSink& log;
  Interrupt& interrupt;  ///< of the process
  MetricSink& metrics;
  Waker& waker;                    ///< of the scheduler
  std::function<double()> random;  ///< from 0 to 1, for the back-off
  /// Makes what shows the progress of one attempt; its log lines go to the log given.
  std::function<std::unique_ptr<StatusSink>(Log&)> make_display;
  /// Takes the one line that tells how a job ended, and its exit code. Before a success settles, and before an error is
  /// parked.
  std::function<void(std::string_view, int)> last_word;
  JobMetrics::Label label = JobMetrics::Label::ours;
};

/// When a job is to have its next turn.
struct NextTurn {
  Clock::time_point due{};
  int wake_fd = -1;            ///< readable: at once
  bool by_trigger = false;     ///< whether a trigger makes it due at once
  std::optional<int> ended{};  ///< the exit code: there is none
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
  RunningJob(std::string name, const Surroundings& around);
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

  /// There is no plan, as its settings are invalid: it only stays up.
  void park(const Error& error, ExitCodeOf exit_code_of);

  /// Ends it as SIGTERM ends the process. From any thread; returns at once.
  void stop() noexcept;

  /// Nothing as long as it has not ended. From any thread.
  std::optional<int> exit_code() const noexcept;

  // For the scheduler. What is not said to be from any thread is called with its lock held, and never during a turn.

  /// Limits of the turn that begins now.
  TurnLimits begin_turn() noexcept;
  /// The turn is not to do its work, for this error.
  void refuse_turn(Error error) noexcept { refused_ = std::move(error); }
  /// What may be known of the limit of a later turn.
  std::optional<Clock::duration> usual_limit() const noexcept { return policy().attempt_timeout; }
  /// In a thread of its own, without the lock: never throws.
  NextTurn turn() noexcept;
  /// During a turn: cancels it. Where the job is stopped that is done already, by its interrupt.
  void time_is_up() noexcept;
  /// During a turn: it was cancelled, and has not returned.
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
  const Surroundings& around_;
  JobMetrics metrics_;
  Trigger trigger_;
  status::Health health_;
  Interrupt interrupt_;
  CancelSource turn_;  ///< cancelled with the interrupt, and when the turn's time is up
  status::JobLog log_;
  Figures figures_;
  std::atomic<std::optional<int>> exit_code_;

  JobPlan plan_;
  Kind kind_ = Kind::one_shot;
  std::unique_ptr<ScheduledJob> scheduled_;  ///< where the plan has a timetable
  Work work_;
  Phase phase_ = Phase::works;
  std::optional<Error> refused_;
  std::optional<Error> parked_for_;
  ExitCodeOf parked_code_of_ = own_exit_code;
  int code_ = 0;  ///< it will end with, while it settles or lets go
  RetryBudget budget_;
  Backoff backoff_;
  Movement movement_;
  Clock::time_point started_;
  std::optional<Clock::time_point> deadline_;
  int number_ = 0;
  int failures_ = 0;            ///< in a row
  bool was_triggered_ = false;  ///< the turn
  bool succeeded_once_ = false;
  bool fails_ = false;  ///< since it was ready
  std::atomic<bool> timed_out_ = false;
  std::mutex lost_mutex_;  ///< between the turn that returns and the scheduler that says it is lost
  bool is_lost_ = false;
};

}  // namespace sidekick::runtime
