#include "run/command_job.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>

#include "agent/status/event.hpp"
#include "tests/unit/runtime/harness.hpp"
#include "tests/unit/support/in_child.hpp"

using namespace sidekick;
using namespace sidekick::run;
using namespace sidekick::test;

namespace {

long open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

Settings settings_for(std::vector<std::string> argv, Settings::Output output) {
  Settings settings;
  settings.argv = std::move(argv);
  settings.environment = {"PATH=/bin:/usr/bin"};
  settings.retry_on = parse_codes("any");
  settings.output = output;
  return settings;
}

/// Runs attempts that fail; what is then left open beside what was before, or -1 where a child is left.
int left_after(int attempts, const Settings& settings) {
  SystemClock clock;
  PendingSignals pending;
  Recorder recorder;
  status::JobLog log(recorder, "run", 1);
  status::Metrics metrics;
  QuietDisplay display;
  CommandJob job(settings, pending, CancelToken());
  JobContext context{clock, CancelToken(), display, metrics, log, 1};
  const auto before = open_descriptors();
  for (; context.attempt <= attempts; context.attempt++) {
    try {
      job.run(context);
    } catch (const Error&) {
      continue;
    }
  }
  if (::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD) return -1;
  return static_cast<int>(open_descriptors() - before);
}

}  // namespace

TEST_CASE("many attempts leave no open descriptor and no child") {
  for (const auto output : {Settings::Output::passed_through, Settings::Output::logged})
    for (const std::vector<std::string>& argv :
         {std::vector<std::string>{"false"}, {"/no/such"}, {"/etc/passwd"}, {"sh", "-c", "true & exit 3"}}) {
      const int status = in_child([&] { return left_after(20, settings_for(argv, output)) & 0xff; });
      INFO(argv.back());
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 0);
    }
}
