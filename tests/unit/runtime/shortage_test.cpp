#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>

#include "tests/unit/runtime/harness.hpp"
#include "tests/unit/support/limits.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;
using namespace std::chrono_literals;

namespace {

Policy limited() {
  Policy policy;
  policy.attempt_timeout = 30s;
  return policy;
}

}  // namespace

TEST_CASE("where no thread can be had to watch the time limit, a loop tries again until there is one") {
  CHECK(without_threads([] {
          Harness h("sync");
          h.clock.at(20s, [] { limit(RLIMIT_NPROC, RLIM_INFINITY); });
          ScriptedLoop job([&](JobContext& context, int step) -> Step {
            if (step == 3) h.interrupt.raise(SIGTERM);
            return {{}, context.clock.now() + 10s};
          });
          const int code = h.run(plan_for(job, limited()));
          const auto warnings = h.log.lines(LogLevel::warning);
          const bool is_told = !warnings.empty() && warnings[0].find("cannot start a thread") != std::string::npos;
          return code == 143 && job.steps == 3 && is_told ? 0 : 1;
        }) == 0);
}

TEST_CASE("where no thread can be had for its time limit, a one-shot job is tried again and ends as temporary") {
  CHECK(without_threads([] {
          Harness h;
          ScriptedJob job([](JobContext&) -> Outcome { return {"done"}; });
          auto policy = limited();
          policy.retry.retry_for = 10s;
          const int code = h.run(plan_for(job, policy));
          return job.runs == 0 && h.clock.elapsed() > 1s ? code : 1;
        }) == 75);
}

TEST_CASE("a job without a time limit needs no other thread") {
  CHECK(without_threads([] {
          Harness h;
          ScriptedJob job([](JobContext&) -> Outcome { return {"done"}; });
          const int code = h.run(plan_for(job));
          return job.runs == 1 ? code : 1;
        }) == 0);
}

TEST_CASE("a loop that was ready survives that no descriptor can be had") {
  const int status = in_child([] {
    ::alarm(60);
    Harness h("sync");
    constexpr rlim_t only_the_first = 3;
    ScriptedLoop job([&](JobContext& context, int step) -> Step {
      if (step == 1) {
        limit(RLIMIT_NOFILE, only_the_first);
        h.clock.at(h.clock.elapsed() + 60s, [] { limit(RLIMIT_NOFILE, RLIM_INFINITY); });
        context.status.ready();
        h.clock.advance(30s);
        wait_until_cancelled(context.cancel);
      }
      if (step == 3) h.interrupt.raise(SIGTERM);
      return {{}, context.clock.now() + 10s};
    });
    const int code = h.run(plan_for(job, limited()));
    const bool is_told = std::ranges::any_of(h.log.lines(LogLevel::warning), [](const std::string& line) {
      return line.find("cannot create an event descriptor") != std::string::npos;
    });
    return code == 143 && job.steps == 3 && is_told ? 0 : 1;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
