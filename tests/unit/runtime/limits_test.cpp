#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "tests/unit/runtime/harness.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;
using namespace std::chrono_literals;

TEST_CASE("an attempt that takes too long is cancelled and the next one begins") {
  Harness h;
  ScriptedJob job([&](JobContext& context) -> Outcome {
    if (context.attempt == 2) return {"done"};
    h.clock.advance(30s);
    wait_until_cancelled(context.cancel);
    return {"never"};
  });
  Policy policy;
  policy.attempt_timeout = 30s;
  CHECK(h.run(plan_for(job, policy)) == 0);
  CHECK(job.runs == 2);
  REQUIRE(h.log.lines(LogLevel::warning).size() == 1);
  CHECK(h.log.events()[0].message == "attempt 1 ran out of time; retrying in 1.00 s");
}

TEST_CASE("the whole time limit cancels the attempt and ends with 124") {
  Harness h;
  ScriptedJob job([&](JobContext& context) -> Outcome {
    h.clock.advance(10min);
    wait_until_cancelled(context.cancel);
    return {"never"};
  });
  Policy policy;
  policy.timeout = 10min;
  CHECK(h.run(plan_for(job, policy)) == 124);
  CHECK(job.runs == 1);
  CHECK(h.log.events().back().message.starts_with("not finished within 10m (--timeout)"));
}

TEST_CASE("the whole time limit ends the waiting between attempts, and says what failed last") {
  Harness h;
  ScriptedJob job([](JobContext&) -> Outcome { throw Error(ErrorKind::unavailable, "connection refused"); });
  Policy policy;
  policy.timeout = 5s;
  CHECK(h.run(plan_for(job, policy)) == 124);
  CHECK(h.clock.elapsed() <= 5s);
  CHECK(h.log.events().back().message == "not finished within 5s (--timeout): connection refused");
}

TEST_CASE("an attempt that ends in time is not bothered by its limit") {
  Harness h;
  ScriptedJob job([&](JobContext& context) -> Outcome {
    h.clock.advance(29s);
    context.cancel.throw_if_cancelled();
    return {"done"};
  });
  Policy policy;
  policy.attempt_timeout = 30s;
  CHECK(h.run(plan_for(job, policy)) == 0);
}

TEST_CASE("a job that does not let go within two seconds of its limit is given up with 124") {
  Harness h;
  ScriptedJob job([&](JobContext& context) -> Outcome {
    h.clock.advance(30s);
    pollfd event{context.cancel.fd(), POLLIN, 0};
    ::poll(&event, 1, 20'000);
    while (h.abandoned == 0) h.clock.advance(100ms);
    context.cancel.throw_if_cancelled();
    return {"never"};
  });
  Policy policy;
  policy.attempt_timeout = 30s;
  policy.retry.retries = 0;
  h.run(plan_for(job, policy));
  CHECK(h.abandoned == 124);
  CHECK(h.clock.elapsed() >= 32s);
}

TEST_CASE("a job that does not let go within two seconds of a signal is given up with the signal's code") {
  Harness h;
  ScriptedJob job([&](JobContext&) -> Outcome {
    h.interrupt.raise(SIGTERM);
    while (h.abandoned == 0) h.clock.advance(100ms);
    return {"too late"};
  });
  h.run(plan_for(job));
  CHECK(h.abandoned == 143);
}

TEST_CASE("a parked error is told at once and every hour, and keeps its own code") {
  Harness h;
  h.clock.at(150min, [&] { h.interrupt.raise(SIGTERM); });
  ScriptedJob job([](JobContext&) -> Outcome { throw Error(ErrorKind::denied, "wrong password"); });
  Policy policy;
  policy.after_permanent = AfterPermanent::park;
  CHECK(h.run(plan_for(job, policy)) == 77);
  CHECK(job.runs == 3);
  const auto errors = h.log.lines(LogLevel::error);
  CHECK(errors.size() == 3);
  CHECK(errors[0].ends_with("code=77 parked=true"));
  CHECK(h.clock.elapsed() == 150min);
  CHECK(h.last_word == "wrong password");
}

TEST_CASE("an error that a new task may overcome ends the process although parking is on") {
  Harness h;
  ScriptedJob job([](JobContext&) -> Outcome { throw Error(ErrorKind::unavailable, "no primary"); });
  Policy policy;
  policy.after_permanent = AfterPermanent::park;
  CHECK(h.run(plan_for(job, policy)) == 69);
}
