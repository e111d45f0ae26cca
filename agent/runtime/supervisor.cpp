#include "agent/runtime/supervisor.hpp"

#include <csignal>
#include <cstring>

#include "agent/config/duration.hpp"
#include "agent/runtime/attempt.hpp"

namespace sidekick::runtime {

namespace {

using config::spoken_duration;

std::string signal_name(int signal) {
  const char* abbreviation = ::sigabbrev_np(signal);
  return abbreviation ? std::string("SIG") + abbreviation : "signal " + std::to_string(signal);
}

/// What one-shots and loops have in common: counting attempts, and what follows a failure.
class Run {
 public:
  Run(const std::string& name, const Policy& policy, const Surroundings& around)
      : name_(name),
        policy_(policy),
        around_(around),
        log_(around.log, name, 0),
        budget_(policy.retry, around.random),
        started_(around.clock.now()) {
    if (policy.timeout) deadline_ = started_ + *policy.timeout;
  }

  /// One more attempt. Nothing when it succeeded, or failed and the next one is due now; else the exit code.
  std::optional<int> attempt(const std::function<void(JobContext&)>& work) {
    number_++;
    succeeded_ = false;
    try {
      run_attempt(around_, {name_, number_, attempt_deadline(), movement_}, work);
      succeeded_ = true;
      return {};
    } catch (const Error& error) {
      return failed(error);
    }
  }

  bool succeeded() const { return succeeded_; }

  int finish(const Outcome& outcome) {
    log_.info(outcome.summary, {{"took", took()}, {"attempts", number_}});
    around_.last_word(outcome.summary);
    if (policy_.settle.count() > 0) around_.clock.wait_until(started_ + policy_.settle, around_.interrupt.token());
    return 0;
  }

  /// Between two steps of a loop. The exit code when it is to end.
  std::optional<int> rest(const Step& step) {
    if (!step.outcome.summary.empty()) log_.info(step.outcome.summary);
    budget_.succeeded();
    number_ = 0;
    if (around_.clock.wait_until(step.next_due, around_.interrupt.token()) == Wake::cancelled) return stopped();
    return {};
  }

 private:
  std::string took() const { return spoken_duration(around_.clock.now() - started_); }

  std::optional<Clock::time_point> attempt_deadline() const {
    if (!policy_.attempt_timeout) return deadline_;
    const auto own = around_.clock.now() + *policy_.attempt_timeout;
    return deadline_ ? std::min(own, *deadline_) : own;
  }

  std::optional<int> failed(const Error& error) {
    if (around_.interrupt.signal()) return stopped();
    const auto now = around_.clock.now();
    if (movement_.take()) budget_.progressed();
    if (deadline_ && now >= *deadline_) return out_of_time(error);
    const auto wait = budget_.after(error, now);
    if (!wait) return end(error);
    if (deadline_ && now + *wait >= *deadline_) return out_of_time(error);
    status::JobLog log(around_.log, name_, number_);
    log.warn(error.message() + "; trying again in " + spoken_duration(*wait), {{"kind", info(error.kind()).name}});
    if (around_.clock.wait_for(*wait, around_.interrupt.token()) == Wake::cancelled) return stopped();
    return {};
  }

  int stopped() {
    const int signal = around_.interrupt.signal().value_or(SIGTERM);
    const auto text = "stopped by " + signal_name(signal) + " before the work was done";
    log_.warn(text, {{"took", took()}, {"attempts", number_}, {"code", 128 + signal}});
    around_.last_word(text);
    return 128 + signal;
  }

  int out_of_time(const Error& last) {
    return end(Error(ErrorKind::timeout,
                     "not done within " +
                         config::format_duration(policy_.timeout.value_or(std::chrono::milliseconds(0))) +
                         " (--timeout): " + last.message(),
                     last.hint(), Retry::never));
  }

  int end(const Error& error) {
    // A transient error that is not tried again ends the process: the orchestrator's next task may have more luck.
    if (policy_.after_permanent == AfterPermanent::park && !info(error.kind()).transient)
      return park(name_, error, around_);
    const int code = info(error.kind()).exit_code;
    around_.last_word(error.message());
    log_.error(error.message(), {{"hint", error.hint()},
                                 {"kind", info(error.kind()).name},
                                 {"code", code},
                                 {"took", took()},
                                 {"attempts", number_}});
    return code;
  }

  const std::string& name_;
  const Policy& policy_;
  const Surroundings& around_;
  status::JobLog log_;
  RetryBudget budget_;
  Movement movement_;
  Clock::time_point started_;
  std::optional<Clock::time_point> deadline_;
  int number_ = 0;
  bool succeeded_ = false;
};

}  // namespace

int run_one_shot(const std::string& name, OneShotJob& job, const Policy& policy, const Surroundings& around) {
  Run run(name, policy, around);
  Outcome outcome;
  for (;;) {
    if (const auto code = run.attempt([&](JobContext& context) { outcome = job.run(context); })) return *code;
    if (run.succeeded()) return run.finish(outcome);
  }
}

int run_loop(const std::string& name, LoopJob& job, const Policy& policy, const Surroundings& around) {
  Policy endless = policy;
  endless.timeout.reset();
  Run run(name, endless, around);
  for (;;) {
    Step step;
    if (const auto code = run.attempt([&](JobContext& context) { step = job.step(context); })) return *code;
    if (!run.succeeded()) continue;
    if (const auto code = run.rest(step)) return *code;
  }
}

int park(const std::string& name, const Error& error, const Surroundings& around) {
  status::JobLog log(around.log, name, 0);
  const auto& kind = info(error.kind());
  around.last_word(error.message());
  do {
    log.error(error.message(),
              {{"hint", error.hint()}, {"kind", kind.name}, {"code", kind.exit_code}, {"parked", true}});
  } while (around.clock.wait_for(std::chrono::hours(1), around.interrupt.token()) == Wake::due);
  return kind.exit_code;
}

}  // namespace sidekick::runtime
