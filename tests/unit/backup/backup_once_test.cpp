// A run that ends: what is stored, and what is not where something fails.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "backup/storage_lease.hpp"
#include "tests/support/stored_backup.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/backup/stage.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;
using namespace std::chrono_literals;
using storage::Proof;

namespace {

void flip_a_byte(const std::string& path) {
  auto text = read_file(path);
  text.at(text.size() / 2) = static_cast<char>(text.at(text.size() / 2) ^ 1);
  write_file(path, text);
}

}  // namespace

TEST_CASE("a backup has the bytes of its source and a manifest that describes them") {
  Stage stage;
  stage.add("data")->content = std::string(300'000, 'x');
  const auto outcome = stage.step(*stage.start()).outcome;
  const auto backups = stage.backups("data");
  REQUIRE(backups.size() == 1);
  const auto& manifest = backups.front();
  CHECK(read_file(stage.folder / manifest.name) == std::string(300'000, 'x'));
  CHECK(manifest.source == "exec: data");
  CHECK(manifest.bytes == 300'000);
  CHECK(manifest.plain_sha256 == manifest.sha256);
  CHECK(manifest.proof == Proof::stored);
  CHECK(manifest.items == 1);
  CHECK_FALSE(manifest.suspect);
  CHECK(manifest.started == stage.wall_start);
  CHECK(outcome.summary.find(manifest.name) != std::string::npos);
  CHECK(stage.figures.values.at("sidekick_backup_runs_total/data/success") == 1);
  CHECK(stage.figures.values.at("sidekick_backup_stored_bytes/data") == 300'000);
}

TEST_CASE("a source that fails halfway leaves no object and older backups unchanged") {
  Stage stage;
  const auto script = stage.add("data");
  stage.step(*stage.start());
  const auto before = stage.names();
  script->error.emplace(ErrorKind::io, "it broke");
  const auto error = error_of([&] { stage.step(*stage.start()); });
  REQUIRE(error);
  CHECK(error->message() == "it broke");
  CHECK(stage.names() == before);
  CHECK(stage.figures.values.at("sidekick_backup_runs_total/data/failure") == 1);
}

TEST_CASE("a mismatch of counts during streaming leaves no object") {
  Stage stage;
  const auto script = stage.add("data");
  script->proven_items = 0;
  stage.settings.min_interval = 0s;
  const auto error = error_of([&] { stage.step(*stage.start()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(mentions(*error, "there are 0 files in it where 1 files were read"));
  CHECK(stage.names().empty());
}

TEST_CASE("a byte lost on the way to the storage is detected and the object is removed") {
  for (const auto level : {Proof::stored, Proof::read}) {
    Stage stage;
    stage.add("data");
    stage.settings.proof.level = level;
    stage.settings.min_interval = 0s;
    stage.before = [&](std::string_view call, const std::string& name, const CancelToken&) {
      if (call == "open") flip_a_byte(stage.folder / name);
    };
    const auto error = error_of([&] { stage.step(*stage.start()); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(mentions(*error, "its sha256 differs"));
    CHECK(stage.names().empty());
  }
}

TEST_CASE("an object whose manifest cannot be written is removed again") {
  Stage stage;
  stage.add("data");
  stage.settings.min_interval = 0s;
  stage.before = [&](std::string_view call, const std::string& name, const CancelToken&) {
    if (call == "put_if_absent" && name.ends_with(".json")) throw Error(ErrorKind::denied, "not yours");
  };
  CHECK(error_of([&] { stage.step(*stage.start()); })->message() == "not yours");
  CHECK(stage.names().empty());
}

TEST_CASE("a manifest that arrives late finds its object") {
  // The connection broke, the storage took the request for whole, and writes it when nobody waits for it any more.
  Stage stage;
  stage.add("data");
  std::string late;
  stage.before = [&](std::string_view call, const std::string& name, const CancelToken&) {
    if (call != "put_if_absent" || !name.ends_with(".json")) return;
    late = name;
    throw Error(ErrorKind::unavailable, "gone");
  };
  CHECK(error_of([&] { stage.step(*stage.start()); })->message() == "gone");
  REQUIRE_FALSE(late.empty());
  CHECK(stage.names() == std::vector<std::string>{late.substr(0, late.size() - std::string_view(".json").size())});
}

TEST_CASE("a manifest that may be there is never left without its object") {
  Stage stage;
  stage.add("data");
  stage.before = [&](std::string_view call, const std::string& name, const CancelToken&) {
    if (name.ends_with(".json") && (call == "put_if_absent" || call == "remove"))
      throw Error(ErrorKind::unavailable, "gone");
  };
  CHECK(error_of([&] { stage.step(*stage.start()); })->message() == "gone");
  REQUIRE(stage.names().size() == 1);
  CHECK(stage.names().front().ends_with(".exec.out"));
}

TEST_CASE("a backup whose scratch restore cannot run is kept and reported as a permanent failure") {
  Stage stage;
  const auto script = stage.add("data");
  stage.settings.proof.level = Proof::restored;
  script->scratch_error.emplace(ErrorKind::unavailable, "no scratch server");
  const auto error = error_of([&] { stage.step(*stage.start()); });
  REQUIRE(error);
  CHECK_FALSE(error->transient());
  CHECK(mentions(*error, "is kept, but is not verified by a restore: no scratch server"));
  const auto backups = stage.backups("data");
  REQUIRE(backups.size() == 1);
  CHECK(backups.front().proof == Proof::read);
  script->scratch_error.emplace(ErrorKind::data, "one document is missing");
  stage.settings.min_interval = 0s;
  CHECK(error_of([&] { stage.step(*stage.start()); })->kind() == ErrorKind::data);
  CHECK(stage.backups("data").size() == 1);
}

TEST_CASE("a source without a scratch server is verified by reading") {
  Stage stage;
  const auto script = stage.add("data");
  stage.settings.proof.level = Proof::restored;
  stage.step(*stage.start());
  CHECK(stage.backups("data").front().proof == Proof::read);
  script->has_scratch = true;
  stage.clock.advance(5s);
  stage.step(*stage.start());
  CHECK(stage.backups("data").back().proof == Proof::restored);
}

TEST_CASE("a much smaller backup is suspect and is compared with the last good one") {
  Stage stage;
  const auto script = stage.add("data");
  script->content = std::string(1000, 'x');
  for (const std::size_t size : {1000U, 499U, 499U, 500U}) {
    script->content.resize(size);
    stage.step(*stage.start());
    stage.clock.advance(5s);
    CHECK(stage.figures.values.at("sidekick_backup_suspect/data") == (size < 500 ? 1 : 0));
  }
  const auto backups = stage.backups("data");
  REQUIRE(backups.size() == 4);
  CHECK_FALSE(backups[0].suspect);
  CHECK(backups[1].suspect);
  CHECK(backups[2].suspect);
  CHECK_FALSE(backups[3].suspect);
}

TEST_CASE("a backup is compared with the last good one of its own source") {
  Stage stage;
  const auto script = stage.add("data");
  script->content = std::string(1000, 'x');
  stage.step(*stage.start());
  stage.clock.advance(5s);
  // Another process keeps something small under the same name.
  test::StoredBackup other{.time = stage.wall(), .job = "data", .source = "exec: other", .plain = "small"};
  test::store(stage.folder / "", other);
  stage.clock.advance(5s);
  script->content = std::string(100, 'x');
  stage.step(*stage.start());
  CHECK(stage.figures.values.at("sidekick_backup_suspect/data") == 1);
}

TEST_CASE("a failing source does not prevent the others, and the retry does not repeat those") {
  Stage stage;
  const auto good = stage.add("good");
  const auto bad = stage.add("bad");
  bad->error.emplace(ErrorKind::unavailable, "not there yet");
  const auto last = stage.add("last");
  const auto job = stage.start();
  CHECK(error_of([&] { stage.step(*job); })->message() == "not there yet");
  CHECK(good->pours == 1);
  CHECK(last->pours == 1);
  bad->error.reset();
  stage.step(*job);
  CHECK(good->pours == 1);
  CHECK(bad->pours == 2);
  CHECK(last->pours == 1);
}

TEST_CASE("a permanent failure remains when the other sources are done") {
  Stage stage;
  const auto hopeless = stage.add("hopeless");
  hopeless->error.emplace(ErrorKind::data, "it is damaged");
  const auto late = stage.add("late");
  late->error.emplace(ErrorKind::unavailable, "not there yet");
  const auto job = stage.start();
  CHECK(error_of([&] { stage.step(*job); })->kind() == ErrorKind::unavailable);
  late->error.reset();
  CHECK(error_of([&] { stage.step(*job); })->kind() == ErrorKind::data);
  CHECK(late->pours == 2);
  CHECK(hopeless->pours == 1);
}

TEST_CASE("after a permanent failure the next process does not upload before the interval is over") {
  Stage stage;
  const auto script = stage.add("data");
  script->error.emplace(ErrorKind::data, "it is damaged", "look at it");
  CHECK(error_of([&] { stage.step(*stage.start()); })->message() == "it is damaged");
  stage.clock.advance(9min);
  const auto refused = error_of([&] { stage.step(*stage.start()); });
  REQUIRE(refused);
  CHECK(refused->kind() == ErrorKind::data);
  CHECK_FALSE(refused->transient());
  CHECK(refused->message() == "no backup of 'exec: data' for the next 60 s: the last one failed: it is damaged");
  CHECK(script->pours == 1);
  stage.clock.advance(1min);
  script->error.reset();
  stage.step(*stage.start());
  CHECK(script->pours == 2);
  CHECK(std::ranges::none_of(stage.names(), [](const auto& name) { return name.ends_with(".failure"); }));
}

TEST_CASE("a clock that was set back does not make an old backup the latest") {
  Stage stage;
  stage.add("data");
  stage.step(*stage.start());
  stage.set_off = -1h;
  stage.step(*stage.start());
  const auto backups = stage.backups("data");
  REQUIRE(backups.size() == 2);
  CHECK(backups[1].started == backups[0].started + 1s);
  CHECK(backups[0].name < backups[1].name);
}

TEST_CASE("a single run is temporary while another process holds the job") {
  Stage stage;
  const auto script = stage.add("data");
  storage::PosixStorage plain(stage.folder / "");
  SystemClock real;
  const auto lease = backup::acquire_lease(plain, {"data", "another", 60s}, real, real.now(), {}, stage.log);
  REQUIRE(lease);
  const auto error = error_of([&] { stage.step(*stage.start()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::temporary);
  CHECK(error->transient());
  CHECK(script->pours == 0);
}

TEST_CASE("backups that no rule keeps are removed only after a backup") {
  Stage stage;
  const auto script = stage.add("data");
  stage.settings.keep = backup::parse_keep("last=2");
  for (int i = 0; i < 4; i++) {
    stage.step(*stage.start());
    stage.clock.advance(1h);
  }
  CHECK(stage.backups("data").size() == 2);
  stage.settings.keep = backup::parse_keep("last=1");
  script->error.emplace(ErrorKind::io, "it broke");
  CHECK(error_of([&] { stage.step(*stage.start()); }));
  CHECK(stage.backups("data").size() == 2);
}

TEST_CASE("a rehearsal reports what it would do and changes nothing") {
  Stage stage;
  const auto script = stage.add("data");
  stage.settings.mode = backup::Settings::Mode::rehearsal;
  const auto outcome = stage.step(*stage.start()).outcome;
  CHECK(outcome.summary == "nothing was changed: 1 backups would be taken and 0 removed");
  CHECK(script->pours == 0);
  CHECK(stage.names().empty());
}
