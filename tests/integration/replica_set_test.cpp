// A replica set of three loses its primary in mid-restore: the restore ends by itself, with exactly the content.
#include "tests/support/replica_set.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "tests/support/big_restore.hpp"
#include "tests/support/eventually.hpp"

using namespace sidekick::test;

namespace {

class Misfortune {
 public:
  Misfortune() { set.initiate(); }

  /// Runs a restore to its end, with `happens` in the middle of it, and compares what the set holds then.
  void strike(const std::function<void()>& happens) {
    const auto child = restore_until(dump, {"--uri=" + set.uri()}, set.client(), [&](Child&) { happens(); });
    const Finished finished = child->wait(180s);
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    CHECK(dump.wrong(set.member(set.primary(away)).client()) == "");
  }

  ReplicaSet set;
  std::size_t away = ReplicaSet::size;  ///< the member that does not answer at the end
  BigDump dump;
};

}  // namespace

TEST_CASE("the primary steps down in mid-restore") {
  Misfortune scene;
  scene.strike([&] { scene.set.step_down(); });
}

TEST_CASE("the primary is killed in mid-restore and stays away") {
  Misfortune scene;
  scene.strike([&] {
    scene.away = scene.set.primary();
    scene.set.member(scene.away).kill();
  });
}

TEST_CASE("the primary is killed in mid-restore and comes back") {
  Misfortune scene;
  scene.strike([&] {
    const auto old = scene.set.primary();
    scene.set.member(old).kill();
    scene.set.member(old).start();
  });
}

TEST_CASE("the primary is shut down in mid-restore") {
  Misfortune scene;
  scene.strike([&] {
    scene.away = scene.set.primary();
    scene.set.member(scene.away).signal(SIGTERM);
  });
}

TEST_CASE("the primary falls silent in mid-restore with its connections open") {
  Misfortune scene;
  scene.strike([&] {
    scene.away = scene.set.primary();
    scene.set.member(scene.away).signal(SIGSTOP);
  });
}

TEST_CASE("the primary falls silent in mid-restore and wakes up as one of two") {
  Misfortune scene;
  scene.strike([&] {
    const auto old = scene.set.primary();
    scene.set.member(old).signal(SIGSTOP);
    scene.set.primary(old);
    scene.set.member(old).signal(SIGCONT);
  });
}
