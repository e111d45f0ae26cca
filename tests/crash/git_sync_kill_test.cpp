// kill -9 at random moments while commits arrive, and then one run that is left alone: exactly the last commit.
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <random>

#include "tests/crash/runs.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync.hpp"
#include "tests/support/tree_listing.hpp"

namespace sidekick::test {

namespace {

namespace fs = std::filesystem;

/// A commit that changes a part of some hundred files, with new ones, deleted ones and changed kinds among them.
std::string next_commit(const GitRepository& repository, std::mt19937& random) {
  const auto number = [&](int below) { return std::uniform_int_distribution(0, below - 1)(random); };
  for (int i = 0; i < 60; i++) {
    const auto name = "f" + std::to_string(number(20)) + "/" + std::to_string(number(20));
    fs::remove_all(repository.path() / name);
    if (number(4) == 0) continue;
    if (number(8) == 0) {
      fs::create_directories((repository.path() / name).parent_path());
      fs::create_symlink("target" + std::to_string(number(100)), repository.path() / name);
      continue;
    }
    repository.write(number(10) == 0 ? name + "/below" : name,
                     std::string(static_cast<std::size_t>(number(20'000)), 'a') + std::to_string(number(1'000'000)));
  }
  return repository.commit();
}

void kill_at_random(const std::vector<std::string>& where, const fs::path& published) {
  std::mt19937 random(crash_seed());
  const GitRepository repository;
  next_commit(repository, random);
  auto flags = where;
  flags.insert(flags.end(), {"--repo=" + file_url(repository.path()), "--period=10ms"});
  auto last_run = flags;
  last_run.emplace_back("--one-time");

  const auto whole = git_sync(last_run);
  INFO(whole.describe());
  REQUIRE(whole.exit_code == 0);
  const auto longest = 3 * std::chrono::duration_cast<std::chrono::microseconds>(whole.wall).count();
  for (int round = 0; round < crash_runs(); round++) {
    next_commit(repository, random);
    Child child(git_sync_command(flags));
    const auto time = std::chrono::microseconds(std::uniform_int_distribution<long>(0, longest)(random));
    const auto end = std::chrono::steady_clock::now() + time;
    eventually(60s, [&] { return !child.running() || std::chrono::steady_clock::now() >= end; });
    child.signal(SIGKILL);
    const auto killed = child.wait(10s);
    INFO("killed after " << time.count() << " us: " << killed.describe());
    REQUIRE(killed.signal == SIGKILL);

    const auto commit = next_commit(repository, random);
    const auto last = git_sync(last_run);
    INFO("round " << round << ", the last run: " << last.describe());
    REQUIRE(last.exit_code == 0);
    REQUIRE(tree_listing(published) == commit_listing(repository.path(), commit));
  }
}

}  // namespace

TEST_CASE("git-sync killed at random moments in linked mode ends with exactly the commit") {
  const TempDir folder;
  kill_at_random({"--root=" + (folder / "root").string(), "--link=current"}, folder / "root/current");
  CHECK(try_git(folder / "root/current", {"fsck", "--no-progress"}).exit_code == 0);
  CHECK(git(folder / "root/current", {"status", "--porcelain"}).empty());
}

TEST_CASE("git-sync killed at random moments in place ends with exactly the commit") {
  const TempDir folder;
  kill_at_random({"--in-place=" + (folder / "www").string()}, folder / "www");
}

TEST_CASE("git-sync killed at random moments of a partial fetch ends with exactly the commit") {
  const TempDir folder;
  kill_at_random({"--root=" + (folder / "root").string(), "--link=current", "--filter=tree:0"},
                 folder / "root/current");
  CHECK(git(folder / "root/current", {"status", "--porcelain"}).empty());
}

}  // namespace sidekick::test
