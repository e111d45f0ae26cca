// A run that follows a schedule.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/backup/stage.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;
using namespace std::chrono_literals;

TEST_CASE("a schedule starts at its first time") {
  Stage stage;
  const auto script = stage.add("data");
  stage.follow("0 3 * * *");
  const auto job = stage.start();
  stage.run(*job, stage.wall_start + 2h);
  CHECK(stage.is_ready);
  CHECK(script->pours == 0);
  stage.run(*job, stage.wall_start + 72h);
  CHECK(script->pours == 3);
  REQUIRE(stage.backups("data").size() == 3);
  CHECK(stage.backups("data").front().started == stage.wall_start + 3h);
  CHECK(stage.backups("data").back().started == stage.wall_start + 51h);
}

TEST_CASE("a backup is taken at the start if requested") {
  Stage stage;
  const auto script = stage.add("data");
  stage.follow("0 3 * * *");
  stage.timetable->start = runtime::Timetable::Start::at_once;
  stage.run(*stage.start(), stage.wall_start + 1h);
  CHECK(script->pours == 1);
}

TEST_CASE("a missed run is made up for once") {
  Stage stage;
  const auto script = stage.add("data");
  stage.follow("0 3 * * *");
  stage.run(*stage.start(), stage.wall_start + 4h);
  CHECK(script->pours == 1);
  stage.run(*stage.start(), stage.wall_start + 5h);
  CHECK(script->pours == 1);
  stage.clock.advance(70h);
  stage.run(*stage.start(), stage.wall_start + 76h);
  CHECK(script->pours == 2);
}

TEST_CASE("runs that are due during a run are skipped and counted") {
  Stage stage;
  const auto script = stage.add("data");
  stage.follow("*/10 * * * *");
  stage.settings.lease_ends_after = 1h;  // or it would be lost while the clock jumps
  script->meanwhile = [&] {
    if (script->pours == 1) stage.clock.advance(35min);
  };
  const auto job = stage.start();
  stage.run(*job, stage.wall_start + 1h - 5min);
  CHECK(script->pours == 2);
  CHECK(stage.figures.values.at("sidekick_backup_skipped_runs_total/data") == 3);
  CHECK(stage.backups("data").back().started == stage.wall_start + 50min);
}

TEST_CASE("a transient failure is retried three times and then held back") {
  Stage stage;
  const auto script = stage.add("data");
  script->error.emplace(ErrorKind::unavailable, "not there");
  stage.follow("0 3 * * *");
  const auto job = stage.start();
  stage.run(*job, stage.wall_start + 3h + 9min);
  CHECK(script->pours == 3);
  stage.run(*job, stage.wall_start + 3h + 15min);
  CHECK(script->pours == 6);
  script->error.reset();
  stage.run(*job, stage.wall_start + 4h);
  CHECK(stage.backups("data").size() == 1);
}

TEST_CASE("a permanent failure is held back at once and the other source goes on") {
  Stage stage;
  const auto bad = stage.add("bad");
  bad->error.emplace(ErrorKind::data, "it is damaged");
  const auto good = stage.add("good");
  stage.follow("0 3,6 * * *");
  const auto job = stage.start();
  stage.run(*job, stage.wall_start + 3h + 5min);
  CHECK(bad->pours == 1);
  CHECK(good->pours == 1);
  stage.run(*job, stage.wall_start + 3h + 25min);
  CHECK(bad->pours == 3);
  CHECK(stage.errors.size() == 3);
  stage.run(*job, stage.wall_start + 6h + 5min);
  CHECK(good->pours == 2);
}

TEST_CASE("one of two replicas takes the run and the other skips it") {
  Stage stage;
  const auto script = stage.add("data");
  stage.follow("0 3 * * *");
  const auto one = stage.start();
  const auto other = stage.start();
  for (int i = 0; i < 4 * 60; i++) {
    stage.step(*one);
    stage.step(*other);
    stage.clock.advance(1min);
  }
  CHECK(script->pours == 1);
  CHECK(stage.backups("data").size() == 1);
}

TEST_CASE("two replicas that began at different times take one backup in each period") {
  Stage stage;
  const auto script = stage.add("data");
  stage.follow("@every 2h");
  const auto one = stage.start();
  stage.step(*one);
  stage.clock.advance(10min);
  const auto other = stage.start();
  for (int i = 0; i < 9 * 60; i++) {
    stage.step(*one);
    stage.step(*other);
    stage.clock.advance(1min);
  }
  CHECK(script->pours == 4);
}

TEST_CASE("metrics exist from the start, and the last success is that of an existing backup") {
  Stage stage;
  stage.add("data");
  stage.follow("0 3 * * *");
  const auto last_success = [&] {
    return stage.figures.values.at("sidekick_backup_last_success_timestamp_seconds/data");
  };
  const auto job = stage.start();
  stage.step(*job);
  CHECK(last_success() == 0);
  for (const auto* status : {"success", "suspect", "failure"})
    CHECK(stage.figures.values.at(std::string("sidekick_backup_runs_total/data/") + status) == 0);
  CHECK(stage.figures.values.at("sidekick_backup_retention_stalled/data") == 0);
  stage.run(*job, stage.wall_start + 4h);
  const auto taken = last_success();
  CHECK(taken > 0);
  // The same process may find later that its object is gone; the next one must not take it for a success.
  std::filesystem::remove(stage.folder / stage.backups("data").front().name);
  stage.step(*stage.start());
  CHECK(last_success() == 0);
}

TEST_CASE("a backup whose object is gone is taken again at the start") {
  Stage stage;
  const auto script = stage.add("data");
  stage.follow("0 3 * * *");
  stage.run(*stage.start(), stage.wall_start + 28h);
  REQUIRE(script->pours == 2);
  std::filesystem::remove(stage.folder / stage.backups("data").back().name);
  stage.run(*stage.start(), stage.wall_start + 29h);
  CHECK(script->pours == 3);
}

TEST_CASE("an unreadable manifest is counted by a metric and the others are pruned") {
  Stage stage;
  stage.add("data");
  stage.follow("0 3 * * *");
  stage.settings.keep = backup::parse_keep("last=1");
  const auto job = stage.start();
  stage.run(*job, stage.wall_start + 4h);
  const auto damaged = stage.backups("data").front().name;
  std::ofstream(stage.folder / (damaged + ".json")) << "{";
  stage.run(*job, stage.wall_start + 76h);
  CHECK(stage.backups("data").size() == 1);
  CHECK(stage.figures.values.at("sidekick_backup_retention_stalled/data") == 1);
  CHECK(stage.figures.values.at("sidekick_backup_unusable_backups/data") == 1);
  std::filesystem::remove(stage.folder / (damaged + ".json"));
  stage.run(*job, stage.wall_start + 100h);
  CHECK(stage.figures.values.at("sidekick_backup_retention_stalled/data") == 0);
}

TEST_CASE("a failure of retention is counted by a metric") {
  Stage stage;
  stage.add("data");
  stage.follow("0 3 * * *");
  stage.settings.keep = backup::parse_keep("last=1");
  stage.before = [](std::string_view call, const std::string& name, const CancelToken&) {
    if (call == "remove" && name.ends_with(".json")) throw Error(ErrorKind::denied, "you may not remove");
  };
  stage.run(*stage.start(), stage.wall_start + 28h);
  CHECK(stage.figures.values.at("sidekick_backup_retention_stalled/data") == 1);
}

TEST_CASE("an unreachable storage counts as a failure before the backup begins") {
  Stage stage;
  stage.add("data");
  stage.follow("0 3 * * *");
  bool away = false;
  stage.before = [&](std::string_view, const std::string&, const CancelToken&) {
    if (away) throw Error(ErrorKind::unavailable, "the storage is away");
  };
  const auto job = stage.start();
  stage.run(*job, stage.wall_start + 2h);
  away = true;
  stage.run(*job, stage.wall_start + 3h + 2min);
  CHECK(stage.figures.values.at("sidekick_backup_runs_total/data/failure") >= 2);
  REQUIRE_FALSE(stage.errors.empty());
  CHECK(stage.errors.front().message() == "the storage is away");
  away = false;
  stage.run(*job, stage.wall_start + 3h + 4min);
  CHECK(stage.backups("data").size() == 1);
}
