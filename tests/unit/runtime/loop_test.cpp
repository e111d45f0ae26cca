#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <csignal>

#include "tests/unit/runtime/harness.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;
using namespace std::chrono_literals;

TEST_CASE("a loop takes a step whenever one is due, and SIGTERM ends it with 143") {
  Harness h("sync");
  h.clock.at(35s, [&] { h.interrupt.raise(SIGTERM); });
  ScriptedLoop job([](JobContext& context, int) { return Step{{}, context.clock.now() + 10s}; });
  CHECK(h.run(plan_for(job)) == 143);
  CHECK(job.steps == 4);
  CHECK(h.clock.elapsed() == 35s);
}

TEST_CASE("a step that fails for a while is tried again, and each success gives the loop a new budget") {
  Harness h("sync");
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 40) h.interrupt.raise(SIGTERM);
    if (step % 2 == 0) throw Error(ErrorKind::unavailable, "remote away");
    return {{}, context.clock.now() + 1min};
  });
  Policy policy;
  policy.retry.retries = 1;
  policy.retry.retry_for = 10s;
  CHECK(h.run(plan_for(job, policy)) == 143);
  CHECK(job.steps == 40);
  CHECK(h.log.lines(LogLevel::error).empty());
}

TEST_CASE("a loop that fails for good ends with the error's code") {
  Harness h("sync");
  ScriptedLoop job([](JobContext&, int) -> Step { throw Error(ErrorKind::config, "two sources"); });
  CHECK(h.run(plan_for(job)) == 78);
  CHECK(job.steps == 1);
}

TEST_CASE("a loop has no time limit for the whole") {
  Harness h("sync");
  h.clock.at(1h, [&] { h.interrupt.raise(SIGINT); });
  ScriptedLoop job([](JobContext& context, int) { return Step{{}, context.clock.now() + 1min}; });
  Policy policy;
  policy.timeout = 1s;
  CHECK(h.run(plan_for(job, policy)) == 130);
}

TEST_CASE("a loop that was ready is never given up, and waits longer from failure to failure") {
  Harness h("sync");
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 1) return {{}, context.clock.now()};
    if (step == 10) h.interrupt.raise(SIGTERM);
    throw Error(step % 2 == 0 ? ErrorKind::data : ErrorKind::unavailable, "broken", "mend it");
  });
  Policy policy;
  policy.retry.retries = 0;
  CHECK(h.run(plan_for(job, policy)) == 143);
  CHECK(h.clock.waits() == std::vector<Clock::duration>{1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s});
  CHECK(h.log.lines(LogLevel::error).front() ==
        R"(level=error msg="broken; retrying in 1.00 s" job=sync attempt=1 hint="mend it" kind=data)");
  CHECK(h.log.lines(LogLevel::warning).front().find("broken; retrying in 2.00 s") != std::string::npos);
}

TEST_CASE("a loop that only said it is ready is not given up either") {
  Harness h("sync");
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    context.status.ready();
    if (step == 5) h.interrupt.raise(SIGTERM);
    throw Error(ErrorKind::data, "hook refused");
  });
  CHECK(h.run(plan_for(job)) == 143);
  CHECK(job.steps == 5);
}

TEST_CASE("a loop that goes on failing asks at most once a second however the back-off comes out") {
  Harness h("sync");
  h.random = [] { return 0.0; };
  h.clock.at(10s, [&] { h.interrupt.raise(SIGTERM); });
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 1) return {{}, context.clock.now()};
    throw Error(ErrorKind::unavailable, "away");
  });
  CHECK(h.run(plan_for(job)) == 143);
  CHECK(job.steps == 11);
}

TEST_CASE("a success starts the back-off of a loop anew") {
  Harness h("sync");
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 6) h.interrupt.raise(SIGTERM);
    if (step == 1 || step == 4) return {{}, context.clock.now()};
    throw Error(ErrorKind::unavailable, "away");
  });
  CHECK(h.run(plan_for(job)) == 143);
  CHECK(h.clock.waits() == std::vector<Clock::duration>{1s, 2s, 1s});
}

TEST_CASE("a loop that counts failures waits its period after each, and ends with one code when they are too many") {
  for (const auto& [most, steps] : {std::pair(0, 1), std::pair(1, 1), std::pair(3, 3)}) {
    Harness h("sync");
    ScriptedLoop job([](JobContext&, int) -> Step { throw Error(ErrorKind::denied, "wrong password"); });
    Policy policy;
    policy.failures = CountFailures{.max_failures = most, .init_max_failures = {}, .period = 7s};
    policy.exit_code_of = git_sync_exit_code;
    CHECK(h.run(plan_for(job, policy)) == 1);
    CHECK(job.steps == steps);
    CHECK(h.clock.elapsed() == (steps - 1) * 7s);
  }
}

TEST_CASE("a loop that counts failures has its own limits before the first success") {
  Harness h("sync");
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 4) return {{}, context.clock.now() + 10s};
    throw Error(ErrorKind::unavailable, "away");
  });
  Policy policy;
  policy.failures = CountFailures{.max_failures = 2, .init_max_failures = -1, .period = 10s, .init_period = 1s};
  policy.exit_code_of = git_sync_exit_code;
  CHECK(h.run(plan_for(job, policy)) == 1);
  CHECK(job.steps == 6);
  CHECK(h.clock.waits() == std::vector<Clock::duration>{1s, 1s, 1s, 10s, 10s});
}

TEST_CASE("only failures in a row count, and a negative limit is none") {
  Harness h("sync");
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 50) h.interrupt.raise(SIGTERM);
    if (step % 2 == 0) return {{}, context.clock.now() + 1s};
    throw Error(ErrorKind::config, "gone");
  });
  Policy policy;
  policy.failures = CountFailures{.max_failures = 2, .init_max_failures = {}, .period = 1s};
  CHECK(h.run(plan_for(job, policy)) == 143);
  Harness other("sync");
  ScriptedLoop failing([&](JobContext&, int step) -> Step {
    if (step == 50) other.interrupt.raise(SIGTERM);
    throw Error(ErrorKind::config, "gone");
  });
  policy.failures = CountFailures{.max_failures = -1, .init_max_failures = {}, .period = 1s};
  CHECK(other.run(plan_for(failing, policy)) == 143);
}

TEST_CASE("a loop that bears no failure goes on where only file descriptors run out") {
  for (const int number : {EMFILE, ENFILE}) {
    Harness h("sync");
    ScriptedLoop job([&](JobContext& context, int step) -> Step {
      if (step == 1 || step == 3) return {{}, context.clock.now() + 1s};
      if (step == 2) throw error_from_errno("cannot open folder '/r'", number);
      throw Error(ErrorKind::unavailable, "away");
    });
    Policy policy;
    policy.failures = CountFailures{.max_failures = 0, .init_max_failures = {}, .period = 1s};
    policy.exit_code_of = git_sync_exit_code;
    CHECK(h.run(plan_for(job, policy)) == 1);
    CHECK(job.steps == 4);
  }
}

TEST_CASE("a trigger ends the wait between two steps, and the one after a failure") {
  Harness h("sync");
  h.clock.at(5s, [&] { h.trigger().raise(); });
  h.clock.at(5500ms, [&] { h.trigger().raise(); });
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 3) h.interrupt.raise(SIGTERM);
    if (step == 2) throw Error(ErrorKind::unavailable, "away");
    return {{}, context.clock.now() + 1h};
  });
  CHECK(h.run(plan_for(job)) == 143);
  CHECK(h.clock.elapsed() == 5500ms);
}

TEST_CASE("a trigger during a step makes the next one due at once, and only that") {
  Harness h("sync");
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 1) {
      h.trigger().raise();
      h.trigger().raise();
    }
    if (step == 3) h.interrupt.raise(SIGTERM);
    return {{}, context.clock.now() + 1h};
  });
  CHECK(h.run(plan_for(job)) == 143);
  Clock::duration waited{};
  for (const auto wait : h.clock.waits()) waited += wait;
  CHECK(waited == 1h);
}

TEST_CASE("a loop run once ends with 0 after its first success") {
  Harness h("sync");
  ScriptedLoop job([](JobContext& context, int step) -> Step {
    if (step == 1) throw Error(ErrorKind::unavailable, "away");
    return {{"synced"}, context.clock.now() + 1h};
  });
  CHECK(h.run(plan_for_one_step(job)) == 0);
  CHECK(h.clock.elapsed() == 1s);
  CHECK(h.last_word == "synced");
}

TEST_CASE("a loop run once gives up by the rule it is given") {
  Harness h("sync");
  ScriptedLoop job([](JobContext& context, int) -> Step {
    context.status.ready();
    throw Error(ErrorKind::temporary, "hook failed");
  });
  Policy policy;
  policy.failures = CountFailures{.max_failures = 0, .init_max_failures = {}};
  policy.exit_code_of = git_sync_exit_code;
  CHECK(h.run(plan_for_one_step(job, policy)) == 1);
  policy = {};
  policy.retry.retries = 1;
  CHECK(h.run(plan_for_one_step(job, policy)) == 75);
}

TEST_CASE("a loop that must not be given up although it is late ends with the code of its rule") {
  Harness h("sync");
  ScriptedLoop job([&](JobContext&, int) -> Step {
    h.clock.advance(30s);
    while (h.abandoned == 0) h.clock.advance(100ms);
    throw Error(ErrorKind::cancelled, "too late");
  });
  Policy policy;
  policy.attempt_timeout = 30s;
  policy.failures = CountFailures{};
  policy.exit_code_of = git_sync_exit_code;
  CHECK(h.run(plan_for(job, policy)) == 1);
  CHECK(h.abandoned == 1);
}

TEST_CASE("the figures of a loop tell its attempts, its failures and when it last succeeded") {
  Harness h("sync");
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 1) {
      CHECK(h.metrics.text().find("sidekick_job_last_success_timestamp_seconds{job=\"sync\"} 0\n") !=
            std::string::npos);
      return {{}, context.clock.now()};
    }
    if (step == 2) CHECK(h.metrics.text().find("sidekick_job_up{job=\"sync\"} 1\n") != std::string::npos);
    if (step == 4) h.interrupt.raise(SIGTERM);
    throw Error(ErrorKind::unavailable, "away");
  });
  h.run(plan_for(job));
  const auto text = h.metrics.text();
  for (const auto* line :
       {"sidekick_job_attempts_total{job=\"sync\"} 4\n",
        "sidekick_job_failures_total{job=\"sync\",kind=\"unavailable\"} 2\n", "sidekick_job_up{job=\"sync\"} 0\n",
        "sidekick_parked{job=\"sync\"} 0\n", "sidekick_job_last_success_timestamp_seconds{job=\"sync\"} 1"})
    CHECK(text.find(line) != std::string::npos);
}

TEST_CASE("a step that did nothing is no success and does not end a failure where only work counts") {
  Harness h("backup");
  const auto told = [&](const std::string& line) { return h.metrics.text().find(line) != std::string::npos; };
  const auto up = [&](int value) { return told("sidekick_job_up{job=\"backup\"} " + std::to_string(value) + "\n"); };
  const auto succeeded = [&] { return !told("sidekick_job_last_success_timestamp_seconds{job=\"backup\"} 0\n"); };
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    const Step idle{{}, context.clock.now() + 1min};
    switch (step) {
      case 1:
        context.status.ready();
        return idle;
      case 2:
        CHECK(up(1));
        CHECK_FALSE(succeeded());
        CHECK(h.health().is_ready());
        throw Error(ErrorKind::unavailable, "storage away");
      case 3:
        CHECK(up(0));
        CHECK_FALSE(h.health().is_ready());
        return idle;
      case 4:
        CHECK(up(0));
        CHECK_FALSE(h.health().is_ready());
        return {{"a backup"}, context.clock.now() + 1min};
      default:
        CHECK(up(1));
        CHECK(succeeded());
        CHECK(h.health().is_ready());
        h.interrupt.raise(SIGTERM);
        return idle;
    }
  });
  Policy policy;
  policy.idle_steps = IdleSteps::are_mute;
  h.run(plan_for(job, policy));
  CHECK(job.steps == 5);
}

TEST_CASE("a failure from before the first success is over with the step that gets so far") {
  Harness h("backup");
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 1) throw Error(ErrorKind::unavailable, "storage away");
    if (step == 2) context.status.ready();
    if (step == 3) {
      CHECK(h.health().is_ready());
      CHECK(h.metrics.text().find("sidekick_job_up{job=\"backup\"} 1\n") != std::string::npos);
      h.interrupt.raise(SIGTERM);
    }
    return {{}, context.clock.now() + 1min};
  });
  Policy policy;
  policy.idle_steps = IdleSteps::are_mute;
  h.run(plan_for(job, policy));
}

TEST_CASE("a parked loop is alive and not ready, and says so in its figures") {
  Harness h("sync");
  h.clock.at(1min, [&] {
    CHECK(h.health().is_parked());
    CHECK_FALSE(h.health().is_ready());
    CHECK(h.metrics.text().find("sidekick_parked{job=\"sync\"} 1\n") != std::string::npos);
    h.interrupt.raise(SIGTERM);
  });
  ScriptedLoop job([](JobContext&, int) -> Step { throw Error(ErrorKind::config, "no repository"); });
  Policy policy;
  policy.after_permanent = AfterPermanent::park;
  CHECK(h.run(plan_for(job, policy)) == 78);
}

TEST_CASE("the exit codes of git-sync are one for everything but the syntax of flags") {
  CHECK(git_sync_exit_code(ErrorKind::usage) == 2);
  CHECK(git_sync_exit_code(ErrorKind::config) == 1);
  CHECK(git_sync_exit_code(ErrorKind::unavailable) == 1);
  CHECK(git_sync_exit_code(ErrorKind::cancelled) == 143);
}
