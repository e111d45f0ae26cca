// `sidekick run --once` and --lock.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>

#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

struct StateFolder {
  TempDir dir;
  std::string count = (dir / "count").string();
  std::string state = dir.path().string();

  Command once(std::string key, std::vector<std::string> more, std::vector<std::string> words) const {
    more.insert(more.begin(), {"--once=" + key, "--state=" + state});
    return run_misbehave(Place::ordinary, std::move(more), std::move(words));
  }
  long runs() const { return std::filesystem::exists(count) ? std::ranges::count(read_file(count), '\n') : 0; }
};

}  // namespace

TEST_CASE("a command that succeeded for a key is not run again for this key") {
  const StateFolder folder;
  for (int i = 0; i < 3; i++) {
    const auto finished = run(folder.once("migration 7", {}, {"fail-first", folder.count}), 20s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK(folder.runs() == 1);
    CHECK((finished.err.find("has succeeded before") != std::string::npos) == (i > 0));
  }
  CHECK(run(folder.once("migration 8", {}, {"fail-first", folder.count}), 20s).exit_code == 0);
  CHECK(folder.runs() == 2);
}

TEST_CASE("a failed command may run again") {
  const StateFolder folder;
  CHECK(run(folder.once("k", {}, {"fail-first", folder.count, "2", "9"}), 20s).exit_code == 9);
  CHECK(run(folder.once("k", {}, {"fail-first", folder.count, "2", "9"}), 20s).exit_code == 9);
  CHECK(run(folder.once("k", {}, {"fail-first", folder.count, "2", "9"}), 20s).exit_code == 0);
  CHECK(run(folder.once("k", {}, {"fail-first", folder.count, "2", "9"}), 20s).exit_code == 0);
  CHECK(folder.runs() == 3);
}

TEST_CASE("the content of a file is part of the key, its name is not") {
  const StateFolder folder;
  const auto script = (folder.dir / "script").string();
  const auto other = (folder.dir / "other").string();
  write_file(script, "one");
  write_file(other, "one");
  const auto run_with = [&](const std::string& file) {
    CHECK(run(folder.once("k", {"--once-file=" + file}, {"fail-first", folder.count}), 20s).exit_code == 0);
    return folder.runs();
  };
  CHECK(run_with(script) == 1);
  CHECK(run_with(other) == 1);
  write_file(script, "two");
  CHECK(run_with(script) == 2);
  const auto absent = run(folder.once("k", {"--once-file=" + script + "x"}, {"exit", "0"}), 20s);
  CHECK(absent.exit_code == 66);
}

TEST_CASE("two processes that share the folder do not run at the same time, and the second finds the record") {
  const StateFolder folder;
  const auto go = (folder.dir / "go").string();
  const auto script = "echo run >>" + folder.count + "; while [ ! -e " + go + " ]; do sleep 0.02; done";
  const auto command = run_command(Place::ordinary, {"--once=k", "--state=" + folder.state}, {"sh", "-c", script});
  Child first(command);
  REQUIRE(eventually(20s, [&] { return folder.runs() == 1; }));
  Child second(command);
  REQUIRE(eventually(20s, [&] { return second.err().find("waiting for another") != std::string::npos; }));
  CHECK(folder.runs() == 1);
  write_file(go, "");
  CHECK(first.wait(20s).exit_code == 0);
  const auto finished = second.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(folder.runs() == 1);
}

TEST_CASE("when one process fails, the other takes its turn") {
  const StateFolder folder;
  const auto command = folder.once("k", {}, {"fail-first", folder.count, "1", "4"});
  Child first(command);
  Child second(command);
  const auto a = first.wait(20s).exit_code, b = second.wait(20s).exit_code;
  CHECK(std::min(a, b) == 0);
  CHECK(std::max(a, b) == 4);
  CHECK(folder.runs() == 2);
}

TEST_CASE("waiting for a lock obeys the timeout and SIGTERM") {
  const StateFolder folder;
  const auto lock = "--lock=" + (folder.dir / "lock").string();
  Child first(run_misbehave(Place::ordinary, {lock}, {"ignore-term"}));
  REQUIRE(eventually(20s, [&] { return first.out() == "ready\n"; }));
  CHECK(run(run_misbehave(Place::ordinary, {lock, "--timeout=200ms"}, {"exit", "0"}), 20s).exit_code == 124);
  Child second(run_misbehave(Place::ordinary, {lock}, {"exit", "0"}));
  REQUIRE(eventually(20s, [&] { return second.err().find("waiting for another") != std::string::npos; }));
  second.signal(SIGTERM);
  CHECK(second.wait(20s).exit_code == 143);
  first.signal(SIGKILL);
  first.wait(20s);
  CHECK(run(run_misbehave(Place::ordinary, {lock}, {"exit", "0"}), 20s).exit_code == 0);
}

TEST_CASE("a missing or read-only state folder is reported in one line") {
  const StateFolder folder;
  const auto absent = run(run_misbehave(Place::ordinary, {"--once=k", "--state=/no/such/folder"}, {"exit", "0"}), 20s);
  INFO(absent.describe());
  CHECK(absent.exit_code == 66);
  CHECK(std::ranges::count(absent.err, '\n') == 1);
  const auto locked = run(run_misbehave(Place::ordinary, {"--once=k", "--state=/proc"}, {"exit", "0"}), 20s);
  INFO(locked.describe());
  CHECK((locked.exit_code == 66 || locked.exit_code == 73 || locked.exit_code == 77));
  CHECK(std::ranges::count(locked.err, '\n') == 1);
}

TEST_CASE("a success that is not recorded yet is not repeated") {
  const StateFolder folder;
  // A folder is in the way of the record until the first failure is logged.
  Child child(run_command(Place::ordinary, {"--once=k", "--state=" + folder.state},
                          {"sh", "-c",
                           "echo run >>" + folder.count + "; for lock in " + folder.state +
                               "/once-*.lock; do mkdir \"${lock%.lock}.done\"; done"}));
  const auto obstacle = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(folder.state))
      if (entry.path().string().ends_with(".done")) return entry.path();
    return std::filesystem::path();
  };
  REQUIRE(eventually(20s, [&] { return child.err().find("retrying") != std::string::npos; }));
  std::filesystem::remove(obstacle());
  const auto finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(folder.runs() == 1);
}
