#include "agent/runtime/running_job.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "agent/config/duration.hpp"
#include "agent/runtime/attempt.hpp"
#include "agent/runtime/watchdog.hpp"
#include "sidekick/exceptions.hpp"
#include "sidekick/signal_name.hpp"

namespace sidekick::runtime {

namespace {

using config::spoken_duration;

/// A loop that keeps failing retries no more often than this, however short the back-off is.
constexpr std::chrono::seconds least_wait{1};

int exit_code_for(const Error& error, ExitCodeOf exit_code_of) {
  return error.exit_code().value_or(exit_code_of(error.kind()));
}

/// True if the machine is out of file descriptors, which says nothing about the work. Whichever library reports it, the
/// message contains the text of the errno.
bool is_out_of_descriptors(const Error& error) {
  return std::ranges::any_of(std::array{EMFILE, ENFILE}, [&](int number) {
    return error.message().find(std::generic_category().message(number)) != std::string::npos;
  });
}

/// True if no thread or descriptor was available for a turn: the job itself has not failed.
bool is_short_of_means(const Error& error, bool was_refused) {
  return was_refused || is_out_of_descriptors(error);
}

}  // namespace

RunningJob::RunningJob(std::string name, const ProcessContext& process)
    : name_(std::move(name)),
      process_(process),
      metrics_(process.metrics, name_, process.label),
      trigger_(process.waker),
      interrupt_(&process.interrupt),
      turn_(interrupt_.token()),
      log_(process.log, name_, 0),
      attempt_metrics_(metrics_),
      budget_({}, process.random),
      backoff_(process.random),
      started_(process.clock.now()) {}

RunningJob::~RunningJob() = default;

void RunningJob::start(JobPlan plan) {
  plan_ = std::move(plan);
  budget_ = RetryBudget(policy().retry, process_.random);
  started_ = process_.clock.now();
  auto* const once = std::get_if<std::unique_ptr<OneShotJob>>(&plan_.job);
  if (once != nullptr && plan_.timetable) {
    scheduled_ =
        std::make_unique<ScheduledJob>(**once, *plan_.timetable, process_.random, [this] { return was_triggered_; });
    work_ = [this](JobContext& context) { return scheduled_->step(context); };
    plan_.policy.idle_steps = IdleSteps::are_mute;
    kind_ = Kind::loop;
  } else if (once != nullptr) {
    work_ = [&job = **once](JobContext& context) { return Step{job.run(context), {}}; };
  } else {
    work_ = [&job = *std::get<std::unique_ptr<LoopJob>>(plan_.job)](JobContext& context) { return job.step(context); };
    if (plan_.steps == JobPlan::Steps::endless) kind_ = Kind::loop;
  }
  if (policy().timeout && !is_loop()) deadline_ = started_ + *policy().timeout;
}

void RunningJob::park(const Error& error, ExitCodeOf exit_code_of) {
  parked_for_ = error;
  parked_code_of_ = exit_code_of;
  phase_ = Phase::is_parked;
}

void RunningJob::stop() noexcept {
  interrupt_.raise(SIGTERM);
  process_.waker.wake();
}

std::optional<int> RunningJob::exit_code() const noexcept {
  return exit_code_;
}

TurnLimits RunningJob::begin_turn() noexcept {
  timed_out_ = false;
  refused_.reset();
  was_triggered_ = phase_ == Phase::waits && trigger_.take();
  const bool works = phase_ == Phase::works || phase_ == Phase::waits;
  if (works && turn_.token().cancelled() && !interrupt_.signal()) try {
      turn_ = CancelSource(interrupt_.token());
    } catch (const Error& error) {
      refused_ = error;
    }
  // Work that a job does beside its steps gets no more time than they do: the lookup of a name, for example, can
  // neither be cancelled nor waited for.
  const auto now = process_.clock.now();
  if (phase_ == Phase::lets_go) return {now, Watchdog::usual_grace, code_, now};
  if (!works) return {{}, Watchdog::usual_grace, code_};
  return {attempt_deadline(), policy().let_go, policy().exit_code_of(ErrorKind::timeout), deadline_};
}

void RunningJob::time_is_up() noexcept {
  timed_out_ = true;
  turn_.cancel();
}

void RunningJob::lost() noexcept {
  const std::lock_guard lock(lost_mutex_);
  is_lost_ = true;
  health_.fails(true);
  attempt_metrics_.lost();
  log_.error("did not stop in time after the request to stop; the next attempt starts after it has returned");
}

NextTurn RunningJob::turn() noexcept try { return take_turn(); } catch (...) {
  // Not the work has failed, but reporting it: there was no memory.
  return {.due = process_.clock.now() + least_wait, .by_trigger = true};
}

NextTurn RunningJob::take_turn() {
  switch (phase_) {
    case Phase::is_parked:
      return stay_parked();
    case Phase::settles:
      return over(code_);
    case Phase::lets_go:
      plan_.ended = nullptr;
      work_ = nullptr;
      scheduled_.reset();
      plan_.job = {};
      return {.ended = code_};
    case Phase::waits:
      phase_ = Phase::works;
      if (interrupt_.signal()) return stopped();
      break;
    case Phase::works:
      break;
  }
  return attempt();
}

NextTurn RunningJob::attempt() {
  number_++;
  try {
    attempt_metrics_.attempted();
    const auto step = do_work();
    note_return();
    return succeeded(step);
  } catch (const Error& error) {
    note_return();
    return failed(error);
  }
}

Step RunningJob::do_work() {
  Step step;
  const AttemptFrame frame{process_, name_, number_, farthest_, health_, metrics_};
  try {
    if (refused_) throw Error(*refused_);
    run_attempt(frame, turn_.token(), interrupt_.token(), [&](JobContext& context) { step = work_(context); });
  } catch (const Error& error) {
    // The message of a job that names what it had no time for says more.
    if (!timed_out_ || error.kind() == ErrorKind::timeout) throw;
    throw Error(ErrorKind::timeout, "attempt " + std::to_string(number_) + " ran out of time");
  }
  return step;
}

void RunningJob::note_return() noexcept {
  const std::lock_guard lock(lost_mutex_);
  if (!std::exchange(is_lost_, false)) return;
  attempt_metrics_.found();
  health_.fails(fails_);
}

NextTurn RunningJob::succeeded(const Step& step) {
  note_success(!step.outcome.summary.empty());
  succeeded_once_ = true;
  if (!is_loop()) return finish(step.outcome);
  if (!step.outcome.summary.empty()) log_.info(step.outcome.summary);
  budget_.succeeded();
  backoff_.reset();
  number_ = failures_ = 0;
  phase_ = Phase::waits;
  return {.due = step.next_due, .wake_fd = step.wake_fd, .by_trigger = true};
}

NextTurn RunningJob::finish(const Outcome& outcome) {
  log_.info(outcome.summary, {{"took", took()}, {"attempts", number_}});
  say_last_word(outcome.summary, 0);
  health_.ready();
  const auto until = started_ + policy().settle;
  const auto left = until - process_.clock.now();
  if (left.count() <= 0) return over(0);
  log_.info("staying up until the task has run for " + config::format_duration(policy().settle),
            {{"left", spoken_duration(left)}});
  phase_ = Phase::settles;
  return {.due = until};
}

std::string RunningJob::took() const {
  return spoken_duration(process_.clock.now() - started_);
}

std::optional<Clock::time_point> RunningJob::attempt_deadline() const {
  if (!policy().attempt_timeout) return deadline_;
  const auto own = process_.clock.now() + *policy().attempt_timeout;
  return deadline_ ? std::min(own, *deadline_) : own;
}

void RunningJob::note_success(bool did_something) {
  const bool is_real = did_something || !may_be_idle();
  if (fails_ && !is_real) return;
  fails_ = false;
  health_.fails(false);
  if (is_real)
    attempt_metrics_.succeeded();
  else
    attempt_metrics_.works();
}

NextTurn RunningJob::failed(const Error& error) {
  if (interrupt_.signal()) return stopped();
  attempt_metrics_.failed(error.kind());
  if (may_be_idle()) {
    // The first step that succeeds ends a failure from before.
    fails_ = health_.was_ready();
    health_.fails(true);
  }
  if (is_loop() && succeeded_once_ && is_short_of_means(error, refused_.has_value())) return go_on(error);
  if (const auto* rule = std::get_if<CountFailures>(&policy().failures)) return count(error, *rule);
  const bool gives_up_runs = scheduled_ && plan_.timetable->after_failure == Timetable::AfterFailure::next_run;
  if (is_loop() && !gives_up_runs && (succeeded_once_ || health_.was_ready())) return go_on(error);
  return spend_budget(error);
}

NextTurn RunningJob::spend_budget(const Error& error) {
  const auto now = process_.clock.now();
  if (farthest_.take()) budget_.progressed();
  if (deadline_ && now >= *deadline_) return out_of_time(error);
  const auto wait = budget_.after(error, now);
  if (!wait) return end_with(error);
  if (deadline_ && now + *wait >= *deadline_) return out_of_time(error);
  return try_again(LogLevel::warning, error, *wait);
}

NextTurn RunningJob::count(const Error& error, const CountFailures& rule) {
  failures_++;
  const bool begun = succeeded_once_;
  const int most = begun ? rule.max_failures : rule.init_max_failures.value_or(rule.max_failures);
  // A transient kind whose retry is ruled out: the content is published, and only a hook of the last run has failed.
  // That is reported once.
  const bool is_final = error.retry_ruled_out() && info(error.kind()).transient;
  if (is_final || (most >= 0 && failures_ >= most)) return end_with(error);
  const bool own_wait = !begun && rule.init_period.count() > 0;
  return try_again(LogLevel::error, error, own_wait ? rule.init_period : rule.period);
}

NextTurn RunningJob::go_on(const Error& error) {
  const auto level = info(error.kind()).transient ? LogLevel::warning : LogLevel::error;
  return try_again(level, error, std::max<Clock::duration>(backoff_.next(), least_wait));
}

NextTurn RunningJob::try_again(LogLevel level, const Error& error, Clock::duration wait) {
  status::JobLog(process_.log, name_, number_)
      .write(level, error.message() + "; retrying in " + spoken_duration(wait),
             {{"hint", level == LogLevel::error ? error.hint() : ""}, {"kind", info(error.kind()).name}});
  phase_ = Phase::waits;
  return {.due = process_.clock.now() + wait, .by_trigger = true};
}

NextTurn RunningJob::stopped() {
  const int signal = interrupt_.signal().value_or(SIGTERM);
  // A healthy loop is never done: being stopped is its usual end.
  const bool is_usual = is_loop() && succeeded_once_;
  const auto text = "stopped by " + signal_name(signal) + (is_usual ? "" : " before the work was done");
  log_.write(is_usual ? LogLevel::info : LogLevel::warning, text,
             {{"took", took()}, {"attempts", number_}, {"code", 128 + signal}});
  say_last_word(text, 128 + signal);
  return over(128 + signal);
}

NextTurn RunningJob::out_of_time(const Error& last) {
  return end_with(Error(ErrorKind::timeout,
                        "not finished within " +
                            config::format_duration(policy().timeout.value_or(std::chrono::milliseconds(0))) +
                            " (--timeout): " + last.message(),
                        last.hint(), Retry::never));
}

/// The run has failed, and the job has not.
NextTurn RunningJob::wait_for_next_run(const Error& error) {
  log_.error(error.message(), {{"hint", error.hint()}, {"kind", info(error.kind()).name}, {"attempts", number_}});
  budget_.succeeded();
  number_ = failures_ = 0;
  phase_ = Phase::waits;
  return {.due = scheduled_->give_up(process_.clock.now()), .by_trigger = true};
}

NextTurn RunningJob::end_with(const Error& error) {
  if (scheduled_ && scheduled_->has_begun()) return wait_for_next_run(error);
  // A transient error without a retry ends the process: the orchestrator's next task may succeed.
  if (policy().after_permanent == AfterPermanent::park && !info(error.kind()).transient) {
    park(error, policy().exit_code_of);
    return stay_parked();
  }
  const int code = exit_code_for(error, policy().exit_code_of);
  log_.error(error.message(), {{"hint", error.hint()},
                               {"kind", info(error.kind()).name},
                               {"code", code},
                               {"took", took()},
                               {"attempts", number_}});
  say_last_word(error.message(), code);
  return over(code);
}

NextTurn RunningJob::stay_parked() {
  const auto& error = *parked_for_;
  const int code = exit_code_for(error, parked_code_of_);
  const bool is_first = !health_.is_parked();
  if (!is_first && interrupt_.signal()) return over(code);
  if (is_first) {
    health_.park();
    attempt_metrics_.parked();
    say_last_word(error.message(), code);
  }
  log_.error(error.message(),
             {{"hint", error.hint()}, {"kind", info(error.kind()).name}, {"code", code}, {"parked", true}});
  return {.due = process_.clock.now() + std::chrono::hours(1)};
}

NextTurn RunningJob::over(int code) {
  code_ = code;
  phase_ = Phase::lets_go;
  return {.due = process_.clock.now()};
}

void RunningJob::say_last_word(std::string_view text, int code) noexcept try {
  process_.last_word(plan_.ended ? plan_.ended(code, text) : std::string(text), code);
} catch (const std::exception& error) {
  log_.warn(std::string("cannot report the result: ") + error.what());
}

}  // namespace sidekick::runtime
