#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "tests/unit/runtime/harness.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;
using namespace std::chrono_literals;

TEST_CASE("a job that succeeds ends with 0 and one line with its figures") {
  Harness h;
  ScriptedJob job([&](JobContext& context) {
    context.clock.wait_for(3s, context.cancel);
    return Outcome{"restored 3 documents"};
  });
  CHECK(h.run(plan_for(job)) == 0);
  REQUIRE(h.log.events().size() == 1);
  CHECK(h.log.events()[0].line == R"(level=info msg="restored 3 documents" job=restore took="3.00 s" attempts=1)");
  CHECK(h.last_word == "restored 3 documents");
}

TEST_CASE("a transient failure is tried again, and says in one warning what it waits for") {
  Harness h;
  ScriptedJob job([](JobContext& context) -> Outcome {
    if (context.attempt < 3) throw Error(ErrorKind::unavailable, "cannot reach 'db:27017': connection refused");
    return {"done"};
  });
  CHECK(h.run(plan_for(job)) == 0);
  CHECK(
      h.log.lines(LogLevel::warning) ==
      std::vector<std::string>{
          R"(level=warning msg="cannot reach 'db:27017': connection refused; retrying in 1.00 s" job=restore attempt=1 kind=unavailable)",
          R"(level=warning msg="cannot reach 'db:27017': connection refused; retrying in 2.00 s" job=restore attempt=2 kind=unavailable)"});
  CHECK(h.log.lines(LogLevel::error).empty());
  CHECK(h.clock.elapsed() == 3s);
}

TEST_CASE("a permanent failure ends at once with its code, and its hint in the one error line") {
  Harness h;
  ScriptedJob job([](JobContext&) -> Outcome { throw Error(ErrorKind::data, "archive truncated", "fetch it again"); });
  CHECK(h.run(plan_for(job)) == 65);
  CHECK(job.runs == 1);
  REQUIRE(h.log.events().size() == 1);
  CHECK(
      h.log.events()[0].line ==
      R"(level=error msg="archive truncated" job=restore hint="fetch it again" kind=data code=65 took="0.00 s" attempts=1)");
  CHECK(h.last_word == "archive truncated");
}

TEST_CASE("a failure that lasts ends when the time for retries is used up, as an error of its kind") {
  Harness h;
  ScriptedJob job([](JobContext&) -> Outcome { throw Error(ErrorKind::unavailable, "no primary"); });
  CHECK(h.run(plan_for(job)) == 69);
  CHECK(h.clock.elapsed() <= 5min);
  CHECK(h.clock.elapsed() > 4min);
  CHECK(h.log.lines(LogLevel::error).size() == 1);
}

TEST_CASE("a job that gets further each time is tried for longer than the budget") {
  Harness h;
  std::uint64_t position = 0;
  ScriptedJob job([&](JobContext& context) -> Outcome {
    context.status.progress({++position, 40, "batches"});
    if (position < 40) throw Error(ErrorKind::unavailable, "stepped down");
    return {"done"};
  });
  Policy policy;
  policy.retry.retry_for = 2s;
  CHECK(h.run(plan_for(job, policy)) == 0);
  CHECK(h.clock.elapsed() > 30s);
}

TEST_CASE("a job that only repeats what it did before does not stretch the budget") {
  Harness h;
  ScriptedJob job([&](JobContext& context) -> Outcome {
    context.status.progress({7, 40, "batches"});
    throw Error(ErrorKind::io, "no space left on device");
  });
  Policy policy;
  policy.retry.retry_for = 1min;
  CHECK(h.run(plan_for(job, policy)) == 74);
  CHECK(h.clock.elapsed() <= 1min);
}

TEST_CASE("a wrong password ends after three tries") {
  Harness h;
  ScriptedJob job([](JobContext&) -> Outcome { throw Error(ErrorKind::denied, "authentication failed"); });
  CHECK(h.run(plan_for(job)) == 77);
  CHECK(job.runs == 3);
  CHECK(h.clock.elapsed() == 10s);
}

TEST_CASE("an exception nobody expected is internal, one line") {
  Harness h;
  ScriptedJob job([](JobContext&) -> Outcome { throw std::out_of_range("vector::at\nsecond line"); });
  CHECK(h.run(plan_for(job)) == 70);
  REQUIRE(h.log.events().size() == 1);
  CHECK(h.log.events()[0].line.find('\n') == std::string::npos);
}

TEST_CASE("a settle time keeps a success up until the task has run so long") {
  Harness h;
  ScriptedJob job([](JobContext& context) {
    context.clock.wait_for(2s, context.cancel);
    return Outcome{"done"};
  });
  Policy policy;
  policy.settle = 6s;
  CHECK(h.run(plan_for(job, policy)) == 0);
  CHECK(h.clock.elapsed() == 6s);
  REQUIRE(h.log.events().size() == 2);
  CHECK(h.log.events()[1].line ==
        R"(level=info msg="staying up until the task has run for 6s" job=restore left="4.00 s")");
}

TEST_CASE("SIGTERM while a success settles ends it at once, with 0") {
  Harness h;
  h.clock.at(3s, [&] { h.interrupt.raise(SIGTERM); });
  ScriptedJob job([](JobContext&) { return Outcome{"done"}; });
  Policy policy;
  policy.settle = 1h;
  CHECK(h.run(plan_for(job, policy)) == 0);
  CHECK(h.clock.elapsed() == 3s);
}

TEST_CASE("a job stopped by a signal ends with 128 and its number, and is not tried again") {
  for (const int signal : {SIGTERM, SIGINT}) {
    Harness h;
    ScriptedJob job([&](JobContext& context) -> Outcome {
      h.interrupt.raise(signal);
      wait_until_cancelled(context.cancel);
      return {"never"};
    });
    CHECK(h.run(plan_for(job)) == 128 + signal);
    CHECK(job.runs == 1);
    CHECK(h.abandoned == 0);
  }
}

TEST_CASE("whatever a job throws after it was told to stop, it was stopped") {
  Harness h;
  ScriptedJob job([&](JobContext&) -> Outcome {
    h.interrupt.raise(SIGTERM);
    throw Error(ErrorKind::unavailable, "socket closed");
  });
  CHECK(h.run(plan_for(job)) == 143);
}

TEST_CASE("a signal between two attempts ends the wait") {
  Harness h;
  h.clock.at(500ms, [&] { h.interrupt.raise(SIGTERM); });
  ScriptedJob job([](JobContext&) -> Outcome { throw Error(ErrorKind::unavailable, "no name yet"); });
  CHECK(h.run(plan_for(job)) == 143);
  CHECK(h.clock.elapsed() == 500ms);
}

TEST_CASE("SIGTERM after the work is done is a success") {
  Harness h;
  ScriptedJob job([&](JobContext&) {
    h.interrupt.raise(SIGTERM);
    return Outcome{"done"};
  });
  CHECK(h.run(plan_for(job)) == 0);
}

TEST_CASE("a child's own exit code takes the place of the kind's") {
  Harness h("run");
  ScriptedJob job([](JobContext&) -> Outcome {
    throw Error(ErrorKind::command, "it exited with 9", "", Retry::never).with_exit_code(9);
  });
  CHECK(h.run(plan_for(job)) == 9);
  CHECK(job.runs == 1);
  CHECK(h.last_code == 9);
}

TEST_CASE("a command that may be tried again is tried after 1 s and 2 s and so on") {
  Harness h("run");
  ScriptedJob job([](JobContext& context) -> Outcome {
    if (context.attempt < 5) throw Error(ErrorKind::command, "it exited with 9").with_exit_code(9);
    return {"done"};
  });
  CHECK(h.run(plan_for(job)) == 0);
  CHECK(h.clock.elapsed() == 15s);
  Policy twice;
  twice.retry.retries = 2;
  ScriptedJob fails([](JobContext&) -> Outcome { throw Error(ErrorKind::command, "x").with_exit_code(7); });
  CHECK(h.run(plan_for(fails, twice)) == 7);
  CHECK(fails.runs == 3);
}
