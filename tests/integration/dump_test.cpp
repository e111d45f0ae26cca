// What a dump of a real server brings back, and what is left of one that fails.
#include <boost/json/value.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/support/data_set.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

Finished dump(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {sidekick_binary(), "mongodump"});
  return run({std::move(flags)}, 60s);
}

/// A server with a little of everything.
class Shop {
 public:
  Shop() {
    DataSet(3, "shop",
            {{.name = "fruits", .documents = 3000, .indexes = {R"({"key":{"n":1},"name":"n_1"})"}},
             {.name = "log", .documents = 50, .options = R"({"capped":true,"size":100000})"},
             {.name = "a b/c%", .documents = 7},
             {.name = "empty"}})
        .load(server.uri());
    server.client().command("shop", R"({"create":"cheap","viewOn":"fruits","pipeline":[{"$match":{"n":1}}]})");
    server.client().command("shop", R"({"create":"weather","timeseries":{"timeField":"at","metaField":"sensor"}})");
    server.client().command(
        "shop", R"({"insert":"weather","documents":[{"at":{"$date":"2024-01-01T00:00:00Z"},"sensor":1,"t":3}]})");
  }

  /// Drops the database, restores with these flags, and tells what is not as it was.
  std::string differs_after(const std::vector<std::string>& flags) const {
    const auto before = read_namespaces(server.client());
    server.client().command("shop", R"({"dropDatabase":1})");
    auto words = flags;
    words.push_back("--uri=" + server.uri());
    const auto finished = restore(words);
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    return joined(differences(before, read_namespaces(server.client())));
  }

  Mongod server;
  TempDir folder;
};

}  // namespace

TEST_CASE("an archive brings back what was dumped in every compression") {
  const Shop shop;
  for (const std::string compression : {"--quiet", "--gzip", "--zstd"}) {
    CAPTURE(compression);
    const auto path = (shop.folder / "a.archive").string();
    const auto finished = dump({"--uri=" + shop.server.uri(), "--db=shop", "--archive=" + path, compression});
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    CHECK(shop.differs_after({"--archive=" + path}) == "");
  }
}

TEST_CASE("a folder brings back what was dumped and a second dump replaces the first") {
  const Shop shop;
  const auto path = (shop.folder / "dump").string();
  REQUIRE(dump({"--uri=" + shop.server.uri(), "--db=shop", "--out=" + path}).exit_code == 0);
  CHECK(std::filesystem::exists(shop.folder / "dump/shop/a+b%2Fc%25.bson"));
  CHECK(std::filesystem::exists(shop.folder / "dump/shop/system.buckets.weather.bson"));
  CHECK_FALSE(std::filesystem::exists(shop.folder / "dump/shop/cheap.bson"));
  CHECK(shop.differs_after({path}) == "");
  REQUIRE(dump({"--uri=" + shop.server.uri(), "--db=shop", "--out=" + path, "--gzip"}).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(shop.folder / "dump/shop/fruits.bson"));
  CHECK(std::filesystem::exists(shop.folder / "dump/shop/fruits.bson.gz"));
  CHECK_FALSE(std::filesystem::exists(shop.folder / "dump/.sidekick.part"));
  CHECK(shop.differs_after({path}) == "");
}

TEST_CASE("standard output gets the archive alone or the documents alone") {
  const Shop shop;
  const auto archive = dump({"--uri=" + shop.server.uri(), "--archive"});
  REQUIRE(archive.exit_code == 0);
  CHECK(archive.out.starts_with("\x6d\xe2\x99\x81"));
  const auto documents =
      dump({"--uri=" + shop.server.uri(), "-d", "shop", "-c", "fruits", "-q", R"({"_id":-1})", "-o-"});
  INFO(documents.describe());
  REQUIRE(documents.exit_code == 0);
  CHECK(documents.out.empty());
}

TEST_CASE("a dump that fails leaves the older file and nothing beside it") {
  const Shop shop;
  const auto path = shop.folder / "a.archive";
  write_file(path, "older");
  const auto finished = dump({"--uri=" + shop.server.uri(), "--db=nothing", "--archive=" + path.string()});
  CHECK(finished.exit_code == 66);
  CHECK(read_file(path) == "older");
  const auto standalone = dump({"--uri=" + shop.server.uri(), "--oplog", "--archive=" + path.string()});
  CHECK(standalone.exit_code == 78);
  CHECK(read_file(path) == "older");
  CHECK(std::distance(std::filesystem::directory_iterator(shop.folder.path()), {}) == 1);
}
