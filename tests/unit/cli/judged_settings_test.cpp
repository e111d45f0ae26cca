// The settings of every command can be judged: all problems at once, and without touching a file.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "agent/cli/commands.hpp"
#include "agent/status/metrics.hpp"
#include "tests/unit/support/recorder.hpp"

using namespace sidekick;
using namespace sidekick::cli;

namespace {

using Words = std::vector<std::string>;

struct Judged {
  Words problems;
  bool has_job = false;
};

Judged judge(std::string_view name, const Words& words, config::Review::Files files = config::Review::Files::read) {
  const auto& command = *find_command(name);
  test::Recorder recorder;
  status::JobLog log(recorder, std::string(name), 0);
  status::Metrics metrics;
  PendingSignals pending;
  const config::Environment environment;
  config::Review review(files);
  auto settings = config::resolve(command.schema(), words, environment, review);
  if (command.words == Command::Words::then_command) settings.command = Words{"true"};
  const auto plan = command.plan(settings, {log, metrics, environment, {}, pending});
  if (command.http) (void)command.http(settings.values);
  Judged out;
  for (const auto& problem : review.problems()) out.problems.push_back(problem.message());
  out.has_job = std::visit([](const auto& job) { return job != nullptr; }, plan.job);
  return out;
}

/// Every part is in a message of its own, and there is no other message.
void check_problems(const Judged& judged, const Words& parts) {
  CAPTURE(judged.problems);
  CHECK(judged.problems.size() == parts.size());
  for (const auto& part : parts)
    CHECK(std::ranges::any_of(judged.problems,
                              [&](const std::string& problem) { return problem.find(part) != std::string::npos; }));
  CHECK_FALSE(judged.has_job);
}

void check_untouched(std::string_view name, const Words& words) {
  const auto judged = judge(name, words, config::Review::Files::untouched);
  CAPTURE(name, words, judged.problems);
  CHECK(judged.problems.empty());
  CHECK_FALSE(judged.has_job);
}

}  // namespace

TEST_CASE("wait tells every problem") {
  check_problems(judge("wait", {"tcp://nowhere", "gopher://x", "--stable=1", "--expect-status=1", "--header=x",
                                "--look-timeout=0s", "--ca-file=/no/such", "https://h/"}),
                 {"tcp://nowhere", "gopher", "--stable", "--expect-status", "--header", "--look-timeout", "/no/such"});
}

TEST_CASE("run tells every problem") {
  check_problems(
      judge("run", {"--wait=gopher://x", "--umask=9", "--nice=99", "--env-file=/no/such", "--secret-env=x",
                    "--retry-on=x", "--success-codes=y", "--on-success='", "--once=k", "--timeout=0s", "--retries=x"}),
      {"gopher", "--umask", "--nice", "/no/such", "--secret-env", "--retry-on", "--success-codes", "--on-success",
       "--once needs --state", "--timeout", "--retries"});
}

TEST_CASE("restore tells every problem") {
  check_problems(judge("restore", {"--archive=a", "--dir=d", "--db=a.b", "--workers=0", "--oplogLimit=x",
                                   "--on-duplicate=x", "--collection=c", "--nsFrom=x", "--park=maybe"}),
                 {"--archive and --dir", "--db 'a.b'", "--workers", "--oplogLimit needs", "--oplogLimit 'x'",
                  "--on-duplicate", "--nsFrom was given 1", "--park"});
}

TEST_CASE("dump tells every problem") {
  check_problems(judge("dump", {"--gzip", "--zstd", "--query={", "--compression-level=99", "--readPreference=x",
                                "--numParallelCollections=0", "extra"}),
                 {"--gzip and --zstd", "--query needs --collection", "--query '{'", "--compression-level",
                  "--numParallelCollections", "'extra'"});
}

TEST_CASE("verify tells every problem") {
  check_problems(judge("verify", {"s3://b/x", "--identity-file=/no/such", "--settle=x"}),
                 {"s3://b/x", "/no/such", "--settle"});
}

TEST_CASE("backup tells every problem") {
  check_problems(
      judge("backup", {"--from=dir:relative", "--from=gopher://x", "--to=ftp://x", "--every=61 * * * *", "--jitter=x",
                       "--keep=x", "--compress=rar", "--recipient=x", "--recipients-file=/no/such", "--max-shrink=x",
                       "--notify=x", "--after='", "--s3-endpoint=x", "--lease-ends-after=0s", "extra"}),
      {"dir:relative", "gopher", "ftp://x", "--every", "--jitter", "--keep", "--compress", "--recipient:", "/no/such",
       "--max-shrink", "--notify", "--after", "--s3-endpoint", "--lease-ends-after", "extra"});
}

TEST_CASE("git-sync tells every problem") {
  check_problems(
      judge("git-sync", {"--root=/r", "--in-place=/d", "--period=1ms", "--filter=x", "--link=..", "--username=u",
                         "--git-gc=x", "--sync-on-signal=KILL", "--ca-file=/no/such", "--git-config=x",
                         "--webhook-url=x", "--max-failures=x", "extra"}),
      {"--root and --in-place", "no repository", "--period", "--filter", "--link", "needs a password", "--git-gc",
       "--sync-on-signal", "/no/such", "--git-config", "--webhook-url", "--max-failures", "extra"});
}

TEST_CASE("settings that are in order have a job") {
  CHECK(judge("wait", {"tcp://h:1"}).has_job);
  CHECK(judge("run", {}).has_job);
  CHECK(judge("restore", {"--archive=a"}).has_job);
  CHECK(judge("dump", {"--archive=a"}).has_job);
  CHECK(judge("verify", {"a"}).has_job);
  CHECK(judge("backup", {"--from=dir:/d", "--to=dir:/nowhere"}).has_job);
  CHECK(judge("git-sync", {"--repo=/r", "--in-place=/d"}).has_job);
}

TEST_CASE("a machine without the files that settings name judges them") {
  check_untouched("wait", {"--url-file=/no/such"});
  check_untouched("wait", {"https://h/", "--ca-file=/no/such", "--header-file=/no/such"});
  check_untouched(
      "run", {"--env-file=/no/such", "--secret-env=A=/no/such", "--user=nobody-has-this-name", "--wait-file=/no/such"});
  check_untouched("restore",
                  {"--uri-file=/no/such", "--archive=a", "--identity-file=/no/such", "--sslCAFile=/no/such"});
  check_untouched("restore", {"--config=/no/such", "--from=s3://b/x", "--s3-secret-key-file=/no/such"});
  check_untouched("dump", {"--uri-file=/no/such", "--db=d", "--collection=c", "--queryFile=/no/such"});
  check_untouched("verify", {"a", "--identity-file=/no/such"});
  check_untouched(
      "backup", {"--from-file=/no/such", "--to-file=/no/such", "--recipients-file=/no/such", "--identity-file=/no/such",
                 "--verify=restored", "--scratch-uri-file=/no/such", "--notify-file=/no/such"});
  check_untouched("git-sync", {"--repo-file=/no/such", "--root=/no/such", "--username=u", "--password-file=/no/such",
                               "--ssh-key-file=/no/such", "--ca-file=/no/such", "--cookie-file=/no/such",
                               "--webhook-url-file=/no/such"});
}

TEST_CASE("no twin of any setting is read where no file may be touched") {
  for (const auto* command : commands()) {
    if (command->plan == nullptr) continue;
    const auto schema = command->schema();
    for (const auto& setting : schema.settings) {
      if (!setting.has_file_twin()) continue;
      const auto judged =
          judge(command->name, {"--" + std::string(setting.name) + "-file=/no/such"}, config::Review::Files::untouched);
      for (const auto& problem : judged.problems) {
        CAPTURE(command->name, setting.name, problem);
        CHECK(problem.find("/no/such") == std::string::npos);
      }
    }
  }
}
