/// The surroundings of a job that a test holds in its hands.
#pragma once

#include <poll.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "agent/runtime/scheduler.hpp"
#include "agent/status/metrics.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/virtual_clock.hpp"

namespace sidekick::test {

struct QuietDisplay final : StatusSink {
  void progress(const Progress&) noexcept override {}
  void ready() noexcept override {}
};

struct Harness {
  explicit Harness(std::string name = "restore") : name_(std::move(name)) { renew(); }

  VirtualClock clock;
  Recorder log;
  runtime::Interrupt interrupt;
  runtime::Waker waker;
  status::Metrics metrics;
  std::function<double()> random = [] { return 1.0; };
  std::string last_word;
  std::optional<int> last_code;
  std::atomic<int> abandoned = 0;

  runtime::Trigger& trigger() { return job->trigger(); }
  status::Health& health() { return job->health(); }

  /// Runs the plan as the one job of a process. Returns its exit code.
  int run(runtime::JobPlan plan) {
    if (job->exit_code()) renew();
    job->start(std::move(plan));
    runtime::Scheduler scheduler(clock, interrupt, waker, {.abandon = [this](int code) { abandoned = code; }});
    scheduler.add(*job);
    scheduler.run();
    return job->exit_code().value_or(-1);
  }

  const runtime::ProcessContext& process() const { return process_; }

 private:
  void renew() { job.emplace(name_, process_); }

  const std::string name_;
  std::mutex last_mutex_;
  const runtime::ProcessContext process_{.clock = clock,
                                         .log = log,
                                         .interrupt = interrupt,
                                         .metrics = metrics,
                                         .waker = waker,
                                         .random = [this] { return random(); },
                                         .make_display = [](Log&) { return std::make_unique<QuietDisplay>(); },
                                         .last_word =
                                             [this](std::string_view text, int code) {
                                               const std::lock_guard lock(last_mutex_);
                                               last_word = text;
                                               last_code = code;
                                             }};

 public:
  std::optional<runtime::RunningJob> job;
};

/// A job that does what a test says.
class ScriptedJob final : public OneShotJob {
 public:
  explicit ScriptedJob(std::function<Outcome(JobContext&)> script) : script_(std::move(script)) {}
  Outcome run(JobContext& context) override {
    runs++;
    return script_(context);
  }
  std::atomic<int> runs = 0;

 private:
  std::function<Outcome(JobContext&)> script_;
};

class ScriptedLoop final : public LoopJob {
 public:
  explicit ScriptedLoop(std::function<Step(JobContext&, int)> script) : script_(std::move(script)) {}
  Step step(JobContext& context) override { return script_(context, ++steps); }
  std::atomic<int> steps = 0;

 private:
  std::function<Step(JobContext&, int)> script_;
};

/// A plan owns its job, and a test looks at it afterwards.
class BorrowedJob final : public OneShotJob {
 public:
  explicit BorrowedJob(OneShotJob& job) : job_(job) {}
  Outcome run(JobContext& context) override { return job_.run(context); }

 private:
  OneShotJob& job_;
};

class BorrowedLoop final : public LoopJob {
 public:
  explicit BorrowedLoop(LoopJob& job) : job_(job) {}
  Step step(JobContext& context) override { return job_.step(context); }

 private:
  LoopJob& job_;
};

inline runtime::JobPlan plan_for(OneShotJob& job, const runtime::Policy& policy = {}) {
  runtime::JobPlan plan;
  plan.job = std::make_unique<BorrowedJob>(job);
  plan.policy = policy;
  return plan;
}

inline runtime::JobPlan plan_for(LoopJob& job, const runtime::Policy& policy = {}) {
  runtime::JobPlan plan;
  plan.job = std::make_unique<BorrowedLoop>(job);
  plan.policy = policy;
  return plan;
}

inline runtime::JobPlan plan_for_one_step(LoopJob& job, const runtime::Policy& policy = {}) {
  auto plan = plan_for(job, policy);
  plan.steps = runtime::JobPlan::Steps::one;
  return plan;
}

/// Waits for the token, at most 20 s of real time; then throws as a job does that was told to stop.
inline void wait_until_cancelled(const CancelToken& token) {
  pollfd event{token.fd(), POLLIN, 0};
  ::poll(&event, 1, 20'000);
  token.throw_if_cancelled();
}

}  // namespace sidekick::test
