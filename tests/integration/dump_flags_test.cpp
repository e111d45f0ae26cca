// What the flags of a dump select and what it refuses, read back strictly.
#include <catch2/catch_test_macros.hpp>

#include <map>

#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/strict_archive.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

using Counts = std::map<std::string, std::uint64_t>;

class Shop {
 public:
  explicit Shop(const std::string& version = "6.0.5") : server({.version = version}) {
    const auto client = server.client();
    const auto fill = [&](const std::string& db, const std::string& name, int count) {
      for (int i = 0; i < count; i++)
        client.command(db, R"({"insert":")" + name + R"(","documents":[{"_id":)" + std::to_string(i) + R"(,"qty":)" +
                               std::to_string(i * 10) + "}]}");
    };
    client.command("shop", R"({"profile":2})");
    fill("shop", "fruits", 5);
    client.command("shop", R"({"profile":0})");
    fill("shop", "tmp_a", 1);
    fill("shop", "tmp_b", 2);
    fill("shop", "system.js", 1);
    client.command("shop", R"({"create":"empty"})");
    client.command("shop", R"({"create":"many","viewOn":"fruits","pipeline":[{"$match":{"qty":{"$gte":20}}}]})");
    fill("stock", "levels", 3);
  }

  Finished run_dump(std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"mongodump", "--uri=" + server.uri(), "--archive=" + archive(), "--retry-for=0s"});
    return sidekick_run(flags);
  }

  Counts dumped(const std::vector<std::string>& flags) const {
    const Finished finished = run_dump(flags);
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    Counts counts;
    for (const auto& collection : read_archive_file_strictly(archive()).collections)
      counts[collection.text()] = collection.documents;
    return counts;
  }

  std::string archive() const { return folder_ / "a.archive"; }
  std::string in_folder(const std::string& name) const { return folder_ / name; }
  Mongod server;

 private:
  TempDir folder_;
};

void check_refused(const Shop& shop, int code, const std::string& said, const std::vector<std::string>& flags) {
  const Finished finished = shop.run_dump(flags);
  INFO(finished.describe());
  CHECK(finished.exit_code == code);
  CHECK(error_lines(finished).size() == 1);
  CHECK(finished.err.find(said) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(shop.archive()));
}

}  // namespace

TEST_CASE("a dump holds what its flags select and leaves out what belongs to the server") {
  const Shop shop;
  const Counts whole_shop{{"shop.fruits", 5},    {"shop.tmp_a", 1}, {"shop.tmp_b", 2},
                          {"shop.system.js", 1}, {"shop.empty", 0}, {"shop.many", 0}};
  Counts everything = whole_shop;
  everything["stock.levels"] = 3;
  everything["admin.system.version"] = 1;
  CHECK(shop.dumped({}) == everything);
  CHECK(shop.dumped({"--db=shop"}) == whole_shop);
  CHECK(shop.dumped({"--db=shop", "--collection=fruits"}) == Counts{{"shop.fruits", 5}});
  CHECK(shop.dumped({"--db=shop", "--excludeCollectionsWithPrefix=tmp_", "--excludeCollection=many",
                     "--excludeCollection=empty"}) == Counts{{"shop.fruits", 5}, {"shop.system.js", 1}});
  CHECK(shop.dumped({"--db=shop", "--viewsAsCollections"}) == Counts{{"shop.many", 3}});
}

TEST_CASE("a query selects documents of one collection and keeps its metadata") {
  const Shop shop;
  CHECK(shop.dumped({"-d", "shop", "-c", "fruits", "-q", R"({"qty":{"$gt":20}})"}) == Counts{{"shop.fruits", 2}});
  write_file(shop.in_folder("query.json"), R"({"_id":{"$in":[{"$numberInt":"1"},4,9]}})");
  CHECK(shop.dumped({"--db=shop", "--collection=fruits", "--queryFile=" + shop.in_folder("query.json")}) ==
        Counts{{"shop.fruits", 2}});
  CHECK(read_archive_file_strictly(shop.archive()).at("shop.fruits").metadata.at("indexes").as_array().size() == 1);
  CHECK(shop.dumped({"--db=shop", "--collection=fruits", R"(--query={"qty":-1})"}) == Counts{{"shop.fruits", 0}});
}

TEST_CASE("a dump refuses what cannot be had in one line and leaves no file") {
  const Shop shop;
  check_refused(shop, 66, "nowhere", {"--db=nowhere"});
  check_refused(shop, 66, "absent", {"--db=shop", "--collection=absent"});
  check_refused(shop, 78, "--oplog", {"--oplog"});
  check_refused(shop, 78, "--snapshot", {"--snapshot"});
  check_refused(shop, 78, "--db", {"--collection=fruits"});
  check_refused(shop, 78, "--collection", {"--db=shop", R"(--query={"a":1})"});
  check_refused(shop, 64, "--query", {"--db=shop", "--collection=fruits", "--query={a"});
  check_refused(shop, 64, "--gzipp", {"--gzipp"});
  check_refused(shop, 65, "unknown operator", {"--db=shop", "--collection=fruits", R"(--query={"a":{"$no":1}})"});
}

TEST_CASE("an older server has no snapshot and everything else") {
  const Shop shop("4.4.2");
  CHECK(shop.dumped({"--db=stock"}) == Counts{{"stock.levels", 3}});
  std::filesystem::remove(shop.archive());
  check_refused(shop, 78, "older than 5.0", {"--snapshot"});
}
