#include "agent/cli/job_command.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "agent/cli/common_settings.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/in_child.hpp"

using namespace sidekick;
using namespace sidekick::cli;
using namespace sidekick::test;

namespace {

/// Is told to end in its first step, and never lets go of what it does beside.
class Clinging final : public LoopJob {
 public:
  ~Clinging() override {
    for (;;) ::pause();
  }
  Step step(JobContext& context) override {
    ::kill(::getpid(), SIGTERM);
    return {{}, context.clock.now() + std::chrono::hours(1)};
  }
};

config::Schema cling_schema() {
  return {.command = "cling",
          .summary = "",
          .arguments = "",
          .description = "",
          .settings = common_settings(),
          .file_keys = {}};
}

/// The exit code of a command with that plan, in a process that is killed after 20 s.
int code_of(runtime::MakePlan* plan, const std::vector<std::string>& words = {}) {
  const Command command{.name = "cling", .peer = "", .summary = "", .schema = cling_schema, .plan = plan};
  const int status = in_child([&] {
    ::alarm(20);
    return run_job(command, {words, {}});
  });
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("a process that was told to end does not wait for a job that does not let go") {
  CHECK(code_of([](const config::Settings&, const runtime::JobFrame&) {
          runtime::JobPlan plan;
          plan.job = std::make_unique<Clinging>();
          return plan;
        }) == 143);
}

TEST_CASE("a process that was told to end does not wait for a file that its settings name") {
  const TempDir folder;
  static std::string pipe;
  pipe = (folder / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(code_of([](const config::Settings&, const runtime::JobFrame&) -> runtime::JobPlan {
          ::kill(::getpid(), SIGTERM);
          (void)read_secret_file(pipe, "a password");
          return {};
        }) == 143);
}

namespace {

/// Never hears that its time is up.
class Deaf final : public OneShotJob {
 public:
  Outcome run(JobContext&) override {
    for (;;) ::pause();
  }
};

runtime::JobPlan deaf_plan(const config::Settings& settings, const runtime::JobFrame&) {
  runtime::JobPlan plan;
  plan.policy = policy_of(settings.values);
  plan.policy.let_go = std::chrono::milliseconds(50);
  plan.job = std::make_unique<Deaf>();
  return plan;
}

}  // namespace

TEST_CASE("a process whose attempt does not stop ends with 70 after --lost-after") {
  CHECK(code_of(deaf_plan, {"--attempt-timeout=50ms", "--lost-after=100ms"}) == 70);
}

TEST_CASE("a process whose job does not stop ends with 124 when the time of the whole run is over") {
  CHECK(code_of(deaf_plan, {"--timeout=50ms"}) == 124);
  CHECK(code_of(deaf_plan, {"--attempt-timeout=50ms", "--timeout=300ms"}) == 124);
}
