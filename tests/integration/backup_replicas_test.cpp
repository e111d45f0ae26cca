// Several processes at one job, jobs whose names begin alike, and clocks that were set back: what is kept and where.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <optional>
#include <set>

#include "sidekick/utc.hpp"
#include "storage/catalog.hpp"
#include "tests/support/backup_store.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;
namespace json = boost::json;

namespace {

const std::string source = "exec: echo hello";
const std::vector<std::string> data{"--job=data"};

std::vector<std::string> with(std::vector<std::string> flags, const std::vector<std::string>& more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

/// Takes a backup as if the clock had been wrong by `off`, and returns its name.
std::string take_by_a_wrong_clock(const BackupStore& store, std::chrono::hours off) {
  const BackupStore other;
  REQUIRE(other.take(source, data).exit_code == 0);
  auto manifest = other.newest();
  const auto old = text_of(manifest, "name");
  auto parsed = sidekick::storage::parse_backup_name(old);
  REQUIRE(parsed);
  parsed->time += off;
  const auto name = parsed->text();
  manifest["name"] = name;
  manifest["started"] = manifest["finished"] = sidekick::utc_text(parsed->time);
  std::filesystem::copy(other / old, store / name);
  write_file(store / (name + ".json"), json::serialize(manifest));
  return name;
}

std::set<std::string> names(const BackupStore& store, const std::string& job) {
  const auto list = sidekick_run({"backup", "list", "--json", "--to=" + store.url(), "--job=" + job});
  REQUIRE(list.exit_code == 0);
  std::set<std::string> out;
  const auto manifests = json::parse(list.out);
  for (const auto& entry : manifests.as_array()) out.insert(text_of(entry.as_object(), "name"));
  return out;
}

std::string latest(const BackupStore& store) {
  const auto shown = sidekick_run({"backup", "show", "latest", "--json", "--to=" + store.url()});
  REQUIRE(shown.exit_code == 0);
  return text_of(json::parse(shown.out).as_object(), "name");
}

}  // namespace

TEST_CASE("one of two replicas that start together takes each run and both go on") {
  const BackupStore store;
  const auto flags = with(data, {"--every=@every 2s", "--lease-ends-after=1s"});
  Child one(store.command({source}, flags));
  Child other(store.command({source}, flags));
  REQUIRE(eventually(30s, [&] { return store.manifests().size() >= 2; }));
  for (auto* replica : {&one, &other}) replica->signal(SIGTERM);
  for (auto* replica : {&one, &other}) {
    const auto ended = replica->wait(10s);
    INFO(ended.describe());
    CHECK(ended.exit_code == 143);
    CHECK(error_lines(ended).empty());
  }
  std::optional<sidekick::storage::WallTime> before;
  for (const auto& manifest : store.manifests()) {
    const auto parsed = sidekick::storage::parse_backup_name(text_of(manifest, "name"));
    REQUIRE(parsed);
    if (before) CHECK(parsed->time - *before >= 2s);
    before = parsed->time;
  }
}

TEST_CASE("two processes that each take a backup at the same time do so one after the other") {
  const BackupStore store;
  const std::string slow = "exec: sh -c 'echo hello; sleep 0.5'";
  const auto flags = with(data, {"--lease-ends-after=1s"});
  Child one(store.command({slow}, flags));
  Child other(store.command({slow}, flags));
  for (auto* process : {&one, &other}) {
    const auto ended = process->wait(30s);
    INFO(ended.describe());
    CHECK(ended.exit_code == 0);
  }
  const auto all = store.manifests();
  REQUIRE(all.size() == 2);
  CHECK(text_of(all[0], "finished") <= text_of(all[1], "started"));
}

TEST_CASE("one of two processes that do not wait takes the only backup") {
  const BackupStore store;
  const std::string slow = "exec: sh -c 'echo hello; sleep 1'";
  Child one(store.command({slow}, with(data, {"--lease-wait=0s"})));
  Child other(store.command({slow}, with(data, {"--lease-wait=0s"})));
  const std::multiset<int> codes{one.wait(30s).exit_code, other.wait(30s).exit_code};
  CHECK(codes == std::multiset<int>{0, 75});
  CHECK(store.manifests().size() == 1);
  CHECK(store.files().size() == 2);
}

TEST_CASE("after a clock was set back by hours the new backup is the latest and the one that is kept") {
  const BackupStore store;
  const auto future = take_by_a_wrong_clock(store, std::chrono::hours(3));
  REQUIRE(latest(store) == future);
  const auto taken = store.take(source, with(data, {"--keep=last=1"}));
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  const auto there = names(store, "data");
  REQUIRE(there.size() == 1);
  CHECK(*there.begin() > future);
  CHECK(latest(store) == *there.begin());
}

TEST_CASE("a backup dated far in the future does not displace new ones") {
  const BackupStore store;
  const auto future = take_by_a_wrong_clock(store, std::chrono::hours(24 * 400));
  for (int i = 0; i < 3; i++) {
    const auto taken = store.take(source, with(data, {"--keep=last=2"}));
    INFO(taken.describe());
    REQUIRE(taken.exit_code == 0);
    CHECK(taken.err.find("was the clock set back?") != std::string::npos);
  }
  const auto there = names(store, "data");
  CHECK(there.size() == 3);
  CHECK(there.contains(future));
}

TEST_CASE("jobs with a common name prefix keep their own backups and leftovers") {
  const BackupStore store;
  const std::vector<std::string> jobs{"shop", "shop-eu", "shop-20260101T000000Z-00000000"};
  for (const auto& job : jobs)
    for (int i = 0; i < 2; i++) REQUIRE(store.take(source, {"--job=" + job}).exit_code == 0);
  std::vector<std::string> others;
  for (const std::string job : {"shop-eu", "shop-20260101T000000Z-00000000"})
    for (const auto& name : names(store, job)) others.push_back(name);
  REQUIRE(others.size() == 4);
  const auto yesterday = std::filesystem::file_time_type::clock::now() - std::chrono::hours(25);
  const auto orphan = "shop-eu-20260101T000000Z-0123abcd.exec.out.zst";
  const auto part = ".part-shop-eu-20260101T000000Z-0123abcd.exec.out.zst-0123abcd";
  for (const std::string left : {orphan, part}) {
    write_file(store / left, "half");
    std::filesystem::last_write_time(store / left, yesterday);
  }
  const auto taken = store.take(source, {"--job=shop", "--keep=last=1"});
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  CHECK(names(store, "shop").size() == 1);
  for (const auto& name : others) CHECK(std::filesystem::exists(store / name));
  CHECK(std::filesystem::exists(store / orphan));
  CHECK(std::filesystem::exists(store / part));
  REQUIRE(store.take(source, {"--job=shop-eu", "--keep=last=1"}).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(store / orphan));
  CHECK_FALSE(std::filesystem::exists(store / part));
  CHECK(names(store, "shop-20260101T000000Z-00000000").size() == 2);
}
