#include "backup/prune.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>

#include "agent/status/event.hpp"
#include "tests/support/stored_backup.hpp"
#include "tests/unit/backup/hooked_storage.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::backup;
using namespace std::chrono_literals;
using test::error_of;
using test::StoredBackup;
namespace fs = std::filesystem;

namespace {

const CancelToken no_cancel;
const storage::WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;
constexpr auto suspect = StoredBackup::Standing::suspect;

class Scene {
 public:
  const test::TemporaryFolder folder;
  test::HookedStorage storage{folder / ""};
  SystemClock clock;
  test::Recorder recorder;
  status::JobLog log{recorder, "backup", 1};

  std::string store(StoredBackup backup) const { return test::store(folder / "", backup); }

  PrunePlan plan(const char* keep, storage::WallTime at = now, const std::string& job = "shop") {
    PruneSettings settings{.job = job, .keep = {}, .zone = "UTC"};
    if (keep) settings.keep = parse_keep(keep);
    return plan_prune(storage, settings, at, no_cancel);
  }

  PruneOutcome apply(const PrunePlan& plan, const std::string& job = "shop") {
    const auto lease = acquire_lease(storage, {job, "test"}, clock, clock.now(), no_cancel, log);
    REQUIRE(lease);
    return prune(storage, plan, job, *lease, log, no_cancel);
  }

  /// But for the lease.
  std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& object : storage.list("", no_cancel))
      if (object.name.find(".lease-") == std::string::npos) out.push_back(object.name);
    return out;
  }

  /// An object of `job` without a manifest, as old as it says by the clock of the folder.
  std::string orphan(const std::string& job, std::chrono::hours age) const {
    const auto name = storage::new_backup_name(job, now - age, "mongodb.archive.zst").text();
    test::write_file(folder / name, "half");
    fs::last_write_time(folder / name, fs::file_time_type::clock::now() - age);
    return name;
  }
};

std::map<std::string, PruneDecision::What> decisions(const PrunePlan& plan) {
  std::map<std::string, PruneDecision::What> out;
  for (const auto& decision : plan.decisions) out[decision.name] = decision.what;
  return out;
}

storage::WallTime real_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

TEST_CASE("backups that no rule keeps are removed with their manifests and the others stay") {
  Scene scene;
  const auto oldest = scene.store({.time = now - 72h});
  const auto middle = scene.store({.time = now - 48h});
  const auto newest = scene.store({.time = now - 24h});
  const auto plan = scene.plan("last=2");
  CHECK(scene.names().size() == 6);  // planned is not done
  REQUIRE(plan.decisions.size() == 3);
  CHECK(plan.decisions[0].name == newest);
  CHECK(plan.decisions[0].reasons == std::vector<std::string>{"last 1", "newest verified as stored"});
  CHECK(plan.decisions[1].reasons == std::vector<std::string>{"last 2"});
  CHECK(plan.decisions[2].reasons == std::vector<std::string>{"no rule keeps it"});
  const auto outcome = scene.apply(plan);
  CHECK(outcome.kept == 2);
  CHECK(outcome.removed == 1);
  CHECK(outcome.freed_bytes > 0);
  CHECK(scene.names() == std::vector<std::string>{middle, middle + ".json", newest, newest + ".json"});
  const auto lines = scene.recorder.lines(LogLevel::info);
  CHECK(lines.size() == 2);
  CHECK(std::ranges::count_if(
            lines, [](const auto& line) { return line.find("keeping 2 backups") != std::string::npos; }) == 1);
  CHECK(std::ranges::count_if(lines, [&](const auto& line) { return line.find(oldest) != std::string::npos; }) == 1);
}

TEST_CASE("without rules no backup is removed") {
  Scene scene;
  for (int i = 1; i < 5; i++) scene.store({.time = now - i * 24h});
  const auto outcome = scene.apply(scene.plan(nullptr));
  CHECK(outcome.kept == 4);
  CHECK(scene.names().size() == 8);
}

TEST_CASE("only backups of the job count although another has a common name prefix") {
  Scene scene;
  for (const auto* job : {"shop", "shop-2", "sho", "shop-20261121T031500Z"})
    for (int i = 1; i < 4; i++) scene.store({.time = now - i * 24h, .job = job});
  const auto outcome = scene.apply(scene.plan("last=1"));
  CHECK(outcome.kept == 1);
  CHECK(outcome.removed == 2);
  CHECK(scene.names().size() == 2 * (1 + 3 * 3));
}

TEST_CASE("two sources with one job name keep their own backups") {
  Scene scene;
  for (int i = 1; i < 4; i++) {
    scene.store({.time = now - i * 24h, .source = "mongodb://one/shop"});
    scene.store({.time = now - i * 24h - 1h, .source = "mongodb://two/shop"});
  }
  const auto plan = scene.plan("last=2");
  CHECK(summary_of(plan).kept == 4);
  CHECK(summary_of(plan).removed == 2);
}

TEST_CASE("retention pauses while the newest backup is suspect") {
  Scene scene;
  for (int i = 2; i < 5; i++) scene.store({.time = now - i * 24h});
  const auto shrunken = scene.store({.time = now - 24h, .standing = suspect});
  const auto plan = scene.plan("last=1");
  CHECK(plan.stands_still == shrunken);
  CHECK(summary_of(plan).kept == 4);
  scene.apply(plan);
  CHECK(scene.names().size() == 8);
  CHECK(scene.recorder.lines(LogLevel::warning).size() == 1);
}

TEST_CASE("a suspect backup before a good one does not count and stays") {
  Scene scene;
  const auto good = scene.store({.time = now - 72h});
  const auto shrunken = scene.store({.time = now - 48h, .standing = suspect});
  const auto newest = scene.store({.time = now - 24h});
  const auto all = decisions(scene.plan("last=1"));
  CHECK(all.at(newest) == PruneDecision::What::keep);
  CHECK(all.at(shrunken) == PruneDecision::What::keep);
  CHECK(all.at(good) == PruneDecision::What::remove);
}

TEST_CASE("the newest backup of the highest verification is kept whatever the rules") {
  Scene scene;
  const auto proven = scene.store({.time = now - 72h, .proof = storage::Proof::restored});
  scene.store({.time = now - 48h});
  const auto newest = scene.store({.time = now - 24h});
  scene.apply(scene.plan("last=1"));
  CHECK(scene.names() == std::vector<std::string>{proven, proven + ".json", newest, newest + ".json"});
}

TEST_CASE("a clock that was set back removes nothing that is new") {
  Scene scene;
  for (int i = 0; i < 4; i++) scene.store({.time = now - i * 24h});
  const auto outcome = scene.apply(scene.plan("within=96h", now - 10 * 24h));
  CHECK(outcome.removed == 0);
}

TEST_CASE("pruning does not count a backup dated in the future") {
  Scene scene;
  const auto future = scene.store({.time = now + 24h * 400});
  const auto suspect_future = scene.store({.time = now + 24h * 500, .standing = suspect});
  const auto before = scene.store({.time = now - 24h});
  const auto taken = scene.store({.time = now});
  const auto plan = scene.plan("last=1");
  CHECK_FALSE(plan.stands_still);
  const auto decided = decisions(plan);
  CHECK(decided.at(taken) == PruneDecision::What::keep);
  CHECK(decided.at(before) == PruneDecision::What::remove);
  CHECK(decided.at(future) == PruneDecision::What::keep);
  CHECK(decided.at(suspect_future) == PruneDecision::What::keep);
  scene.store({.time = now + 1s, .standing = suspect});
  CHECK(scene.plan("last=1").stands_still);
}

TEST_CASE("objects of this job without a manifest are removed after a day") {
  Scene scene;
  const auto old = scene.orphan("shop", 25h), fresh = scene.orphan("shop", 23h), other = scene.orphan("shop-2", 72h);
  const auto whole = scene.store({.time = now - 72h});
  test::write_file(scene.folder / "shop-notes.txt", "of somebody");
  const auto plan = scene.plan("last=1", real_now());
  CHECK(decisions(plan).at(old) == PruneDecision::What::orphan);
  const auto outcome = scene.apply(plan);
  CHECK(outcome.leavings == 1);
  auto expected = std::vector<std::string>{fresh, other, whole, whole + ".json", "shop-notes.txt"};
  std::ranges::sort(expected);
  auto left = scene.names();
  std::ranges::sort(left);
  CHECK(left == expected);
}

TEST_CASE("a backup that a listing shows twice is one backup") {
  Scene scene;
  const auto older = scene.store({.time = now - 48h});
  const auto newest = scene.store({.time = now - 24h});
  scene.storage.listed = [&](std::vector<storage::Object>& found) {
    const auto all = found;
    for (const auto& object : all)
      if (object.name.starts_with(newest)) found.push_back(object);
  };
  for (const auto* keep : {"last=2", "daily=2"}) {
    const auto plan = scene.plan(keep);
    REQUIRE(plan.decisions.size() == 2);
    CHECK(decisions(plan).at(newest) == PruneDecision::What::keep);
    CHECK(decisions(plan).at(older) == PruneDecision::What::keep);
  }
  scene.apply(scene.plan("last=1"));
  scene.storage.listed = nullptr;
  CHECK(scene.names() == std::vector<std::string>{newest, newest + ".json"});
}

TEST_CASE("an object whose manifest a listing missed is not an orphan") {
  // A name that is given to another file while a folder is read may be shown neither as the one nor as the other.
  Scene scene;
  const auto accepted = scene.store({.time = now - 72h});
  fs::last_write_time(scene.folder / accepted, fs::file_time_type::clock::now() - 72h);
  scene.storage.listed = [&](std::vector<storage::Object>& found) {
    std::erase_if(found, [&](const auto& object) { return object.name == accepted + ".json"; });
  };
  scene.apply(scene.plan("last=1", real_now()));
  scene.storage.listed = nullptr;
  CHECK(scene.names() == std::vector<std::string>{accepted, accepted + ".json"});
}

TEST_CASE("an object that gets its manifest after the listing is not an orphan") {
  Scene scene;
  const auto slow = scene.orphan("shop", 25h);
  const auto plan = scene.plan("last=1", real_now());
  REQUIRE(decisions(plan).at(slow) == PruneDecision::What::orphan);
  test::write_file(scene.folder / (slow + ".json"), "a manifest");
  scene.apply(plan);
  CHECK(scene.names() == std::vector<std::string>{slow, slow + ".json"});
}

TEST_CASE("unfinished uploads of this job are removed after a day") {
  Scene scene;
  const auto begin = [&](const std::string& job) {
    test::write_file(scene.folder / "begun", "");
    const auto name = storage::new_backup_name(job, now, "mongodb.archive").text();
    auto sink = scene.storage.create(name, no_cancel);
    for (const auto& entry : fs::directory_iterator(scene.folder / "")) {
      const auto file = entry.path().filename().string();
      if (!file.starts_with(".")) continue;
      fs::copy_file(entry.path(), scene.folder / "copy");  // the sink removes its own
      sink.reset();
      fs::rename(scene.folder / "copy", entry.path());
      fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - 25h);
      break;
    }
    fs::remove(scene.folder / "begun");
    return name;
  };
  const auto mine = begin("shop");
  REQUIRE(scene.storage.leftovers("shop", no_cancel).size() == 1);
  CHECK(scene.plan(nullptr, real_now(), "sho").decisions.empty());
  CHECK(scene.plan(nullptr, real_now() - 2h).decisions.empty());
  const auto plan = scene.plan(nullptr, real_now());
  REQUIRE(plan.decisions.size() == 1);
  CHECK(plan.decisions[0].name == mine);
  CHECK(plan.decisions[0].what == PruneDecision::What::leftover);
  scene.apply(plan);
  CHECK(scene.storage.leftovers("", no_cancel).empty());
}

TEST_CASE("nothing is removed once the lease is lost") {
  Scene scene;
  for (int i = 1; i < 4; i++) scene.store({.time = now - i * 24h});
  const auto plan = scene.plan("last=1");
  const auto lease =
      acquire_lease(scene.storage, {"shop", "test", 1s}, scene.clock, scene.clock.now(), no_cancel, scene.log);
  REQUIRE(lease);
  scene.storage.before = [](std::string_view call, const std::string&, const CancelToken&) {
    if (call == "replace") throw Error(ErrorKind::unavailable, "not now");
  };
  scene.clock.wait_for(1100ms, no_cancel);  // it is lost by then: there is no earlier sign of it
  const auto error = error_of([&] { prune(scene.storage, plan, "shop", *lease, scene.log, no_cancel); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::temporary);
  CHECK(scene.names().size() == 6);
}

TEST_CASE("a kill between manifest and object leaves an orphan and no partial backup") {
  Scene scene;
  const auto old = scene.store({.time = now - 48h});
  const auto newest = scene.store({.time = now - 24h});
  const auto plan = scene.plan("last=1");
  scene.storage.before = [&](std::string_view call, const std::string& name, const CancelToken&) {
    if (call == "remove" && name == old) throw Error(ErrorKind::io, "the end");
  };
  CHECK(error_of([&] { scene.apply(plan); }));
  CHECK(scene.names() == std::vector<std::string>{old, newest, newest + ".json"});
  scene.storage.before = nullptr;
  CHECK(summary_of(scene.plan("last=1")).kept == 1);
}

TEST_CASE("a backup with a missing or truncated object does not count and displaces no other") {
  Scene scene;
  const auto real = scene.store({.time = now - 72h});
  const auto cut = scene.store({.time = now - 48h});
  const auto gone = scene.store({.time = now - 24h, .proof = storage::Proof::restored});
  fs::resize_file(scene.folder / cut, 1);
  fs::remove(scene.folder / gone);
  const auto plan = scene.plan("last=1");
  const auto decided = decisions(plan);
  CHECK(decided.at(real) == PruneDecision::What::keep);
  CHECK(decided.at(cut) == PruneDecision::What::unusable);
  CHECK(decided.at(gone) == PruneDecision::What::unusable);
  const auto outcome = scene.apply(plan);
  CHECK(outcome.kept == 1);
  CHECK(outcome.unusable == 2);
  CHECK(scene.names().size() == 5);
  CHECK(scene.recorder.lines(LogLevel::warning).size() == 2);
}

TEST_CASE("a suspect backup without an object does not pause retention") {
  Scene scene;
  const auto old = scene.store({.time = now - 72h});
  scene.store({.time = now - 48h});
  fs::remove(scene.folder / scene.store({.time = now - 24h, .standing = suspect}));
  const auto plan = scene.plan("last=1");
  CHECK_FALSE(plan.stands_still);
  CHECK(decisions(plan).at(old) == PruneDecision::What::remove);
}

TEST_CASE("one unreadable manifest stays and retention goes on with the others") {
  Scene scene;
  const auto old = scene.store({.time = now - 72h});
  const auto damaged = scene.store({.time = now - 48h});
  const auto newest = scene.store({.time = now - 24h});
  test::write_file(scene.folder / (damaged + ".json"), "{");
  const auto plan = scene.plan("last=1");
  CHECK(plan.unreadable == 1);
  scene.apply(plan);
  CHECK(scene.names() == std::vector<std::string>{damaged, damaged + ".json", newest, newest + ".json"});
}

TEST_CASE("only objects of our own pattern are cleaned up") {
  Scene scene;
  const auto whole = scene.store({.time = now - 72h});
  const std::vector<std::string> foreign{whole + ".bak", whole + ".json.bak", "shop-notes.txt",
                                         ".part-shop.notes-0123abcd", ".part-shop-notes.txt-0123abcd"};
  const std::vector<std::string> ours{".part-check-0123abcd", ".part-" + whole + "-0123abcd",
                                      ".part-" + whole + ".json-0123abcd", ".part-shop.failure-0123abcd",
                                      ".part-shop.lease-0000000001-0123abcd"};
  for (const auto& names : {foreign, ours})
    for (const auto& name : names) {
      test::write_file(scene.folder / name, "x");
      fs::last_write_time(scene.folder / name, fs::file_time_type::clock::now() - 25h);
    }
  const auto outcome = scene.apply(scene.plan("last=1", real_now()));
  CHECK(outcome.leavings == ours.size());
  for (const auto& name : foreign) CHECK(fs::exists(scene.folder / name));
  for (const auto& name : ours) CHECK_FALSE(fs::exists(scene.folder / name));
}
