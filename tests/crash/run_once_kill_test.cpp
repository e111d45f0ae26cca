// `sidekick run --once` under kill -9 at random moments, in the window between the command's end and the record too.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <random>

#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

bool has_record(const std::filesystem::path& folder) {
  return std::ranges::any_of(std::filesystem::directory_iterator(folder),
                             [](const auto& entry) { return entry.path().extension() == ".done"; });
}

long lines(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? std::ranges::count(read_file(file), '\n') : 0;
}

Command once(const TempDir& folder) {
  return run_misbehave(Place::ordinary, {"--quiet", "--once=k", "--state=" + folder.path().string()},
                       {"fail-first", (folder / "runs").string()});
}

}  // namespace

TEST_CASE("a record that is durable is never run again and without one it is never skipped whenever it is killed") {
  std::mt19937 random(std::random_device{}());
  // The moments are spread over the time it takes here and now, and a little more.
  std::chrono::duration<double> usual{};
  for (int i = 0; i < 5; i++) usual += run(once(TempDir()), 30s).wall / 5;
  const int latest = static_cast<int>(usual.count() * 1.3e6);
  int in_window = 0, before = 0, after = 0;
  for (int round = 0; round < 150; round++) {
    const TempDir folder;
    {
      Child child(once(folder));
      const auto delay = std::chrono::microseconds(std::uniform_int_distribution(0, latest)(random));
      const auto end = std::chrono::steady_clock::now() + delay;
      while (child.running() && std::chrono::steady_clock::now() < end) continue;
      child.signal(SIGKILL);
      child.wait(20s);
    }
    const auto runs = lines(folder / "runs");
    const bool recorded = has_record(folder.path());
    REQUIRE(runs <= 1);
    if (recorded) REQUIRE(runs == 1);
    const auto again = run(once(folder), 30s);
    INFO(again.describe());
    REQUIRE(again.exit_code == 0);
    const auto total = lines(folder / "runs");
    if (recorded) {
      REQUIRE(total == 1);
      after++;
    } else {
      // A command that was killed together with its parent may have written its line after we looked.
      REQUIRE(total >= runs + 1);
      (runs == 1 ? in_window : before)++;
    }
    REQUIRE(has_record(folder.path()));
  }
  std::cout << "killed before the command's end: " << before << ", in the window: " << in_window << ", after: " << after
            << "\n";
}

TEST_CASE("killed in the window between the command's end and the record it is run a second time") {
  const TempDir folder;
  const auto runs = folder / "runs";
  // The command kills sidekick, which is its parent's parent, as its last deed: it has done its work, and nobody could
  // record it.
  const auto script = "echo run >>" + runs.string() + "; kill -9 $(cut -d' ' -f4 /proc/$PPID/stat); exit 0";
  const auto command =
      run_command(Place::ordinary, {"--once=k", "--state=" + folder.path().string()}, {"sh", "-c", script});
  CHECK(run(command, 20s).signal == SIGKILL);
  CHECK_FALSE(has_record(folder.path()));
  CHECK(run(once(folder), 20s).exit_code == 0);
  CHECK(lines(runs) == 2);
  CHECK(run(once(folder), 20s).exit_code == 0);
  CHECK(lines(runs) == 2);
}
