// kill -9 at random moments of a dump: what has the name is whole, the older file stays until then, and the next run
// removes what was left.
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <random>

#include "tests/crash/runs.hpp"
#include "tests/support/data_set.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/slow_dump.hpp"

namespace sidekick::test {

namespace {

constexpr int documents = 3'000;

Finished dump_for(const std::vector<std::string>& words, std::chrono::microseconds time) {
  Child child(Command{words});
  const auto end = std::chrono::steady_clock::now() + time;
  eventually(60s, [&] { return !child.running() || std::chrono::steady_clock::now() >= end; });
  child.signal(SIGKILL);
  return child.wait(10s);
}

bool is_whole(const std::filesystem::path& path) {
  const Finished proof = sidekick_run({"verify", "--json", path.string()});
  INFO(proof.describe());
  return proof.exit_code == 0 &&
         proof.out.find("\"documents\":" + std::to_string(documents) + ",") != std::string::npos;
}

void kill_at_random(const std::vector<std::string>& flags, const std::string& into) {
  std::mt19937 random(crash_seed());
  const Mongod server;
  DataSet(9, "shop", {{.name = "a", .documents = 2'000, .document_bytes = 3'000}, {.name = "b", .documents = 1'000}})
      .load(server.uri());
  const TempDir folder;
  const auto path = folder / "shop";
  std::vector<std::string> words{sidekick_binary(), "mongodump", "--uri=" + server.uri(), "--db=shop",
                                 into + path.string()};
  words.insert(words.end(), flags.begin(), flags.end());

  const Finished first = run({words}, 60s);
  INFO(first.describe());
  REQUIRE(first.exit_code == 0);
  const auto longest = std::chrono::duration_cast<std::chrono::microseconds>(first.wall).count();
  int killed = 0;
  for (int i = 0; i < crash_runs(); i++) {
    // From nothing and over an older dump, in turns.
    const bool over_an_older = i % 2 == 1;
    if (over_an_older)
      REQUIRE(run({words}, 60s).exit_code == 0);
    else
      std::filesystem::remove_all(path);
    const auto time = std::chrono::microseconds(std::uniform_int_distribution<long>(0, longest)(random));
    const Finished finished = dump_for(words, time);
    killed += finished.signal == SIGKILL;
    INFO("round " << i << ", killed after " << time.count() << " us: " << finished.describe());
    REQUIRE((finished.signal == SIGKILL || finished.exit_code == 0));
    const bool there = std::filesystem::exists(path);
    REQUIRE((there || !over_an_older));
    if (there) REQUIRE(is_whole(path));
  }
  CHECK(killed > 0);
  REQUIRE(run({words}, 60s).exit_code == 0);
  CHECK(is_whole(path));
  CHECK(files_in(folder.path()) == std::vector<std::string>{"shop"});
}

}  // namespace

TEST_CASE("killed at random moments a dump into an archive never leaves one that is not whole") {
  kill_at_random({"--gzip"}, "--archive=");
}

TEST_CASE("killed at random moments a dump into a folder never leaves one that is not whole") {
  kill_at_random({}, "--out=");
}

}  // namespace sidekick::test
