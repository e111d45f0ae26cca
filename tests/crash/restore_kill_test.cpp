// kill -9 at random moments, again and again, and then one run that is left alone: exactly the dump, every time.
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <random>

#include "tests/crash/runs.hpp"
#include "tests/support/big_restore.hpp"
#include "tests/support/dynamic_test.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/test_lists.hpp"

namespace sidekick::test {

namespace {

Finished restore_for(const std::vector<std::string>& flags, std::chrono::microseconds time) {
  Child child(restore_command(flags));
  const auto end = std::chrono::steady_clock::now() + time;
  eventually(60s, [&] { return !child.running() || std::chrono::steady_clock::now() >= end; });
  child.signal(SIGKILL);
  return child.wait(10s);
}

void kill_at_random(const std::vector<std::string>& more_flags) {
  std::mt19937 random(crash_seed());
  const BigDump dump;
  const Mongod server;
  std::vector<std::string> flags{"--uri=" + server.uri(), "--archive=" + dump.archive().string()};
  flags.insert(flags.end(), more_flags.begin(), more_flags.end());

  const Finished whole = restore(flags);
  INFO(whole.describe());
  REQUIRE(whole.exit_code == 0);
  const auto longest = std::chrono::duration_cast<std::chrono::microseconds>(whole.wall).count();
  int killed = 0;
  for (int i = 0; i < crash_runs() / 2; i++) {
    if (i % 3 == 0) server.client().command("big", R"({"dropDatabase":1})");
    for (int j = 0; j <= i % 2; j++) {
      const auto time = std::chrono::microseconds(std::uniform_int_distribution<long>(0, longest)(random));
      const Finished finished = restore_for(flags, time);
      killed += finished.signal == SIGKILL;
      INFO("killed after " << time.count() << " us: " << finished.describe());
      REQUIRE((finished.signal == SIGKILL || finished.exit_code == 0));
    }
    const Finished last = restore(flags);
    INFO("round " << i << ", the last run: " << last.describe());
    REQUIRE(last.exit_code == 0);
    REQUIRE(dump.wrong(server.client()) == "");
  }
  CHECK(killed > 0);
}

}  // namespace

void add_generated_tests() {}

TEST_CASE("killed at random moments without --drop, a last run ends with exactly the dump") {
  kill_at_random({});
}

TEST_CASE("killed at random moments with --drop, a last run ends with exactly the dump") {
  kill_at_random({"--drop"});
}

}  // namespace sidekick::test
