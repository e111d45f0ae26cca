#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "tests/unit/runtime/harness.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;
using namespace std::chrono_literals;

namespace {

class ScriptedLoop final : public LoopJob {
 public:
  explicit ScriptedLoop(std::function<Step(JobContext&, int)> script) : script_(std::move(script)) {}
  Step step(JobContext& context) override { return script_(context, ++steps); }
  int steps = 0;

 private:
  std::function<Step(JobContext&, int)> script_;
};

}  // namespace

TEST_CASE("a loop takes a step whenever one is due, and SIGTERM ends it with 143") {
  Harness h;
  h.clock.at(35s, [&] { h.interrupt.raise(SIGTERM); });
  ScriptedLoop job([](JobContext& context, int) { return Step{{}, context.clock.now() + 10s}; });
  CHECK(run_loop("sync", job, {}, h.around()) == 143);
  CHECK(job.steps == 4);
  CHECK(h.clock.elapsed() == 35s);
}

TEST_CASE("a step that fails for a while is tried again, and each success gives the loop a new budget") {
  Harness h;
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 40) h.interrupt.raise(SIGTERM);
    if (step % 2 == 0) throw Error(ErrorKind::unavailable, "remote away");
    return {{}, context.clock.now() + 1min};
  });
  Policy policy;
  policy.retry.retries = 1;
  policy.retry.retry_for = 10s;
  CHECK(run_loop("sync", job, policy, h.around()) == 143);
  CHECK(job.steps == 40);
  CHECK(h.log.lines(LogLevel::error).empty());
}

TEST_CASE("a loop that fails for good ends with the error's code") {
  Harness h;
  ScriptedLoop job([](JobContext&, int) -> Step { throw Error(ErrorKind::config, "two sources"); });
  CHECK(run_loop("sync", job, {}, h.around()) == 78);
  CHECK(job.steps == 1);
}

TEST_CASE("a loop has no time limit for the whole") {
  Harness h;
  h.clock.at(1h, [&] { h.interrupt.raise(SIGINT); });
  ScriptedLoop job([](JobContext& context, int) { return Step{{}, context.clock.now() + 1min}; });
  Policy policy;
  policy.timeout = 1s;
  CHECK(run_loop("sync", job, policy, h.around()) == 130);
}
