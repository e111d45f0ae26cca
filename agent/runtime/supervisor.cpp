#include "agent/runtime/supervisor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "agent/config/duration.hpp"
#include "agent/runtime/attempt.hpp"
#include "agent/runtime/figures.hpp"
#include "agent/runtime/retry.hpp"

namespace sidekick::runtime {

namespace {

using config::spoken_duration;

std::string signal_name(int signal) {
  const char* abbreviation = ::sigabbrev_np(signal);
  return abbreviation ? std::string("SIG") + abbreviation : "signal " + std::to_string(signal);
}

/// However short the back-off came out, nobody is asked more often than this by a loop that goes on failing.
constexpr std::chrono::seconds least_wait{1};

enum class Kind { one_shot, loop };

int exit_code(const Error& error, ExitCodeOf exit_code_of) {
  return error.exit_code().value_or(exit_code_of(error.kind()));
}

/// True where this machine is short of file descriptors for now, which says nothing of the work. Whichever library
/// noticed it, the text of the errno is in its message.
bool is_out_of_descriptors(const Error& error) {
  return std::ranges::any_of(std::array{EMFILE, ENFILE}, [&](int number) {
    return error.message().find(std::generic_category().message(number)) != std::string::npos;
  });
}

/// What one-shots and loops have in common: counting attempts, and what follows a failure.
class Run {
 public:
  Run(Kind kind, const std::string& name, const Policy& policy, const Surroundings& around)
      : kind_(kind),
        name_(name),
        policy_(policy),
        around_(around),
        log_(around.log, name, 0),
        figures_(around.metrics, name),
        budget_(policy.retry, around.random),
        backoff_(around.random),
        started_(around.clock.now()) {
    if (policy.timeout) deadline_ = started_ + *policy.timeout;
  }

  /// One more attempt. Nothing when it succeeded, or failed and the next one is due now; else the exit code.
  std::optional<int> attempt(const std::function<Outcome(JobContext&)>& work) {
    number_++;
    succeeded_ = false;
    try {
      figures_.attempted();
      bool did_something = true;
      run_attempt(
          around_,
          {name_, number_, attempt_deadline(), movement_, policy_.let_go, policy_.exit_code_of(ErrorKind::timeout)},
          [&](JobContext& context) { did_something = !work(context).summary.empty(); });
      note_success(did_something);
      succeeded_ = succeeded_once_ = true;
      return {};
    } catch (const Error& error) {
      return failed(error);
    }
  }

  bool succeeded() const { return succeeded_; }

  int finish(const Outcome& outcome) {
    log_.info(outcome.summary, {{"took", took()}, {"attempts", number_}});
    around_.last_word(outcome.summary, 0);
    around_.health.ready();
    const auto left = started_ + policy_.settle - around_.clock.now();
    if (left.count() <= 0) return 0;
    log_.info("staying up until the task has run for " + config::format_duration(policy_.settle),
              {{"left", spoken_duration(left)}});
    around_.clock.wait_until(started_ + policy_.settle, around_.interrupt.token());
    return 0;
  }

  /// Between two steps of a loop. The exit code when it is to end.
  std::optional<int> rest(const Step& step) {
    if (!step.outcome.summary.empty()) log_.info(step.outcome.summary);
    budget_.succeeded();
    backoff_.reset();
    number_ = failures_ = 0;
    return wait_until(step.next_due);
  }

 private:
  std::string took() const { return spoken_duration(around_.clock.now() - started_); }

  std::optional<Clock::time_point> attempt_deadline() const {
    if (!policy_.attempt_timeout) return deadline_;
    const auto own = around_.clock.now() + *policy_.attempt_timeout;
    return deadline_ ? std::min(own, *deadline_) : own;
  }

  bool may_be_idle() const { return kind_ == Kind::loop && policy_.idle_steps == IdleSteps::are_mute; }

  void note_success(bool did_something) {
    const bool is_real = did_something || !may_be_idle();
    if (fails_ && !is_real) return;
    fails_ = false;
    around_.health.fails(false);
    if (is_real)
      figures_.succeeded();
    else
      figures_.works();
  }

  /// The exit code when it is to end.
  std::optional<int> failed(const Error& error) {
    if (around_.interrupt.signal()) return stopped();
    figures_.failed(error.kind());
    if (may_be_idle()) {
      // A failure before that is over with the first step that gets so far.
      fails_ = around_.health.was_ready();
      around_.health.fails(true);
    }
    if (kind_ == Kind::loop && succeeded_once_ && is_out_of_descriptors(error)) return go_on(error);
    if (const auto* rule = std::get_if<CountFailures>(&policy_.failures)) return count(error, *rule);
    if (kind_ == Kind::loop && (succeeded_once_ || around_.health.was_ready())) return go_on(error);
    return spend_budget(error);
  }

  std::optional<int> spend_budget(const Error& error) {
    const auto now = around_.clock.now();
    if (movement_.take()) budget_.progressed();
    if (deadline_ && now >= *deadline_) return out_of_time(error);
    const auto wait = budget_.after(error, now);
    if (!wait) return end(error);
    if (deadline_ && now + *wait >= *deadline_) return out_of_time(error);
    return try_again(LogLevel::warning, error, *wait);
  }

  std::optional<int> count(const Error& error, const CountFailures& rule) {
    failures_++;
    const bool begun = succeeded_once_;
    const int most = begun ? rule.max_failures : rule.init_max_failures.value_or(rule.max_failures);
    // A kind that is usually tried again, and is not to be: what is published stands, only a hook of a run that ends
    // has failed, which is told once.
    const bool is_final = error.retry_ruled_out() && info(error.kind()).transient;
    if (is_final || (most >= 0 && failures_ >= most)) return end(error);
    const bool own_wait = !begun && rule.init_period.count() > 0;
    return try_again(LogLevel::error, error, own_wait ? rule.init_period : rule.period);
  }

  std::optional<int> go_on(const Error& error) {
    const auto level = info(error.kind()).transient ? LogLevel::warning : LogLevel::error;
    return try_again(level, error, std::max<Clock::duration>(backoff_.next(), least_wait));
  }

  std::optional<int> try_again(LogLevel level, const Error& error, Clock::duration wait) {
    status::JobLog(around_.log, name_, number_)
        .write(level, error.message() + "; retrying in " + spoken_duration(wait),
               {{"hint", level == LogLevel::error ? error.hint() : ""}, {"kind", info(error.kind()).name}});
    return wait_until(around_.clock.now() + wait);
  }

  std::optional<int> wait_until(Clock::time_point due) {
    if (around_.trigger.wait_until(around_.clock, due, around_.interrupt) == Woken::interrupted) return stopped();
    return {};
  }

  int stopped() {
    const int signal = around_.interrupt.signal().value_or(SIGTERM);
    // A loop that works is never done, and being stopped is how it ends.
    const bool is_usual = kind_ == Kind::loop && succeeded_once_;
    const auto text = "stopped by " + signal_name(signal) + (is_usual ? "" : " before the work was done");
    log_.write(is_usual ? LogLevel::info : LogLevel::warning, text,
               {{"took", took()}, {"attempts", number_}, {"code", 128 + signal}});
    around_.last_word(text, 128 + signal);
    return 128 + signal;
  }

  int out_of_time(const Error& last) {
    return end(Error(ErrorKind::timeout,
                     "not finished within " +
                         config::format_duration(policy_.timeout.value_or(std::chrono::milliseconds(0))) +
                         " (--timeout): " + last.message(),
                     last.hint(), Retry::never));
  }

  int end(const Error& error) {
    // A transient error that is not tried again ends the process: the orchestrator's next task may have more luck.
    if (policy_.after_permanent == AfterPermanent::park && !info(error.kind()).transient)
      return park(name_, error, around_, policy_.exit_code_of);
    const int code = exit_code(error, policy_.exit_code_of);
    log_.error(error.message(), {{"hint", error.hint()},
                                 {"kind", info(error.kind()).name},
                                 {"code", code},
                                 {"took", took()},
                                 {"attempts", number_}});
    around_.last_word(error.message(), code);
    return code;
  }

  Kind kind_;
  const std::string& name_;
  const Policy& policy_;
  const Surroundings& around_;
  status::JobLog log_;
  Figures figures_;
  RetryBudget budget_;
  Backoff backoff_;
  Movement movement_;
  Clock::time_point started_;
  std::optional<Clock::time_point> deadline_;
  int number_ = 0;
  int failures_ = 0;  ///< in a row
  bool succeeded_ = false;
  bool succeeded_once_ = false;
  bool fails_ = false;  ///< since it was ready
};

/// A loop of one turn.
class OneStep final : public OneShotJob {
 public:
  explicit OneStep(LoopJob& job) : job_(job) {}
  Outcome run(JobContext& context) override { return job_.step(context).outcome; }

 private:
  LoopJob& job_;
};

}  // namespace

int run_one_shot(const std::string& name, OneShotJob& job, const Policy& policy, const Surroundings& around) {
  Run run(Kind::one_shot, name, policy, around);
  Outcome outcome;
  for (;;) {
    if (const auto code = run.attempt([&](JobContext& context) { return outcome = job.run(context); })) return *code;
    if (run.succeeded()) return run.finish(outcome);
  }
}

int run_loop(const std::string& name, LoopJob& job, const Policy& policy, const Surroundings& around) {
  Policy endless = policy;
  endless.timeout.reset();
  Run run(Kind::loop, name, endless, around);
  for (;;) {
    Step step;
    const auto failed = run.attempt([&](JobContext& context) {
      step = job.step(context);
      return step.outcome;
    });
    if (failed) return *failed;
    if (!run.succeeded()) continue;
    if (const auto code = run.rest(step)) return *code;
  }
}

int run_once(const std::string& name, LoopJob& job, const Policy& policy, const Surroundings& around) {
  OneStep once(job);
  return run_one_shot(name, once, policy, around);
}

int park(const std::string& name, const Error& error, const Surroundings& around, ExitCodeOf exit_code_of) {
  status::JobLog log(around.log, name, 0);
  const auto& kind = info(error.kind());
  const int code = exit_code(error, exit_code_of);
  around.health.park();
  Figures(around.metrics, name).parked();
  around.last_word(error.message(), code);
  do {
    log.error(error.message(), {{"hint", error.hint()}, {"kind", kind.name}, {"code", code}, {"parked", true}});
  } while (around.clock.wait_for(std::chrono::hours(1), around.interrupt.token()) == Wake::due);
  return code;
}

}  // namespace sidekick::runtime
