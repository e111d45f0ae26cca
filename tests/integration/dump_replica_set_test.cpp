// A replica set of three loses its primary in mid-dump: the dump begins anew by itself and ends whole.
#include <catch2/catch_test_macros.hpp>

#include <functional>

#include "tests/support/data_set.hpp"
#include "tests/support/replica_set.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/slow_dump.hpp"
#include "tests/support/strict_archive.hpp"

using namespace sidekick::test;

namespace {

class Scene {
 public:
  Scene() : set("6.0.5", test_commands) {
    set.initiate();
    DataSet(7, "shop", {{.name = "orders", .documents = 2'000, .document_bytes = 10'000}}).load(set.uri() + "&w=3");
  }

  void slow_down_all(std::chrono::milliseconds each_batch) {
    for (std::size_t i = 0; i < ReplicaSet::size; i++) slow_down(set.member(i).client(), each_batch);
  }

  void strike(const std::function<void()>& happens) {
    slow_down_all(1'000ms);
    const auto child = begin_dump(archive(), {"--uri=" + set.uri(), "--db=shop"});
    happens();
    const Finished finished = child->wait(120s);
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    CHECK(finished.err.find("retrying") != std::string::npos);
    check_whole();
  }

  void check_whole() const {
    CHECK(read_archive_file_strictly(archive()).at("shop.orders").documents == 2'000);
    CHECK(files_in(folder_.path()) == std::vector<std::string>{"shop.archive"});
  }

  std::filesystem::path archive() const { return folder_ / "shop.archive"; }

  ReplicaSet set;

 private:
  TempDir folder_;
};

/// How many batches of shop.orders a member has given.
std::int64_t batches(const MongoClient& client) {
  const auto top = client.command("admin", R"({"top":1})");
  return integer(top.at("totals").at("shop.orders").at("getmore").at("count"));
}

}  // namespace

TEST_CASE("the primary is killed in mid-dump and the dump ends whole with another") {
  Scene scene;
  scene.strike([&] { scene.set.member(scene.set.primary()).kill(); });
}

TEST_CASE("a step-down in mid-dump leaves no gap") {
  Scene scene;
  scene.slow_down_all(700ms);
  const auto child = begin_dump(scene.archive(), {"--uri=" + scene.set.uri(), "--db=shop"});
  scene.set.step_down();
  const Finished finished = child->wait(120s);
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
  scene.check_whole();
}

TEST_CASE("a dump reads from a secondary where it is told to") {
  Scene scene;
  const auto primary = scene.set.primary();
  const auto before = batches(scene.set.member(primary).client());
  const Finished finished = sidekick_run({"mongodump", "--archive=" + scene.archive().string(),
                                          "--uri=" + scene.set.uri(), "--db=shop", "--readPreference=secondary"});
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
  scene.check_whole();
  CHECK(batches(scene.set.member(primary).client()) == before);
}
