// `sidekick seed` against real servers: once, whole or untouched, and what it does with what is there already.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/support/dump_files.hpp"
#include "tests/support/guarded_mongod.hpp"
#include "tests/support/seeding.hpp"
#include "tests/support/slow_dump.hpp"

using namespace sidekick::test;

namespace {

void expect(const Finished& finished, int code, std::string_view text) {
  INFO(finished.describe());
  CHECK(finished.exit_code == code);
  CHECK(says(finished, text));
}

/// A permanent failure is one line.
void expect_refusal(const Finished& finished, int code, std::string_view text) {
  expect(finished, code, text);
  CHECK(error_lines(finished).size() == 1);
}

void order(const MongoClient& client, const std::string& id) {
  client.command("shop", R"({"insert":"orders","documents":[{"_id":")" + id + R"("}]})");
}

std::int64_t orders(const MongoClient& client) {
  return integer(client.command("shop", R"({"count":"orders"})").at("n"));
}

std::size_t indexes(const MongoClient& client, const std::string& collection) {
  return client.documents("shop", {{"listIndexes", collection}}).size();
}

}  // namespace

TEST_CASE("seed puts a content in place once, and leaves alone what is written afterwards") {
  const std::string version = GENERATE("4.4.2", "5.0.4", "6.0.5", "6.0.27");
  CAPTURE(version);
  const Mongod server({.version = version});
  const auto client = server.client();
  const TempDir folder;
  const std::vector<std::string> flags{shop_archive(folder, {.view = true}), "--name=shop", "--label=v1"};

  expect(seed(server.uri(), flags), 0, "seeded 5 documents in 2 collections: content ");
  CHECK(edition(client) == "one");
  CHECK(orders(client) == 2);
  CHECK(indexes(client, "fruits") == 2);
  CHECK(client.documents("shop", {{"find", "cheap"}}).size() == 1);
  CHECK(staging(client).empty());
  CHECK(ledger_state(client, "shop") == "done");
  CHECK_THROWS(client.command("shop", R"({"insert":"fruits","documents":[{"_id":1}],"ordered":true})").at("none"));

  order(client, "of the application");
  expect(seed(server.uri(), flags), 0, "already seeded: content ");
  CHECK(orders(client) == 3);
}

TEST_CASE("seed works on a replica set") {
  const std::string version = GENERATE("4.4.2", "6.0.5");
  const SingleSet set(version);
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  expect(seed(set.uri(), {archive}), 0, "seeded 5 documents");
  expect(seed(set.uri(), {archive}), 0, "already seeded");
  expect(seed(set.uri(), {shop_archive(folder, {.edition = "two"}), "--on-change=replace"}), 0, "seeded 5 documents");
  CHECK(edition(set.client()) == "two");
  CHECK(staging(set.client()).empty());
}

TEST_CASE("seed asks what to do with a content that changed") {
  const Mongod server;
  const auto client = server.client();
  const TempDir folder;
  const auto one = shop_archive(folder, {.edition = "one"});
  const auto two = shop_archive(folder, {.edition = "two", .orders = 4});
  REQUIRE(seed(server.uri(), {one}).exit_code == 0);
  order(client, "of the application");

  expect(seed(server.uri(), {two}), 0, "another content is in place, and stays");
  expect_refusal(seed(server.uri(), {two, "--on-change=refuse"}), 65, "the content of seed 'default' changed");
  CHECK(edition(client) == "one");
  const auto replaced = seed(server.uri(), {two, "--on-change=replace"});
  expect(replaced, 0, "seeded 7 documents");
  CHECK(says(replaced, R"("collection":"shop.orders","documents":3)"));
  CHECK(edition(client) == "two");
  CHECK(orders(client) == 4);

  expect(seed(server.uri(), {one, "--on-change=replace"}), 0, "this content was in place before the present one");
  CHECK(edition(client) == "two");
  expect(seed(server.uri(), {one, "--on-change=replace", "--again"}), 0, "seeded 5 documents");
  CHECK(edition(client) == "one");
}

TEST_CASE("seed asks what to do with data that no seed explains") {
  const Mongod server;
  const auto client = server.client();
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  order(client, "a");
  client.command("shop", R"({"create":"fruits"})");  // empty: as good as absent

  expect_refusal(seed(server.uri(), {archive}), 65, "cannot seed shop.orders: data is already there");
  CHECK(edition(client).empty());
  CHECK(orders(client) == 1);
  SECTION("keep it, and put the others in place") {
    expect(seed(server.uri(), {archive, "--existing=keep"}), 0, "seeded 3 documents");
    CHECK(orders(client) == 1);
  }
  SECTION("replace it") {
    expect(seed(server.uri(), {archive, "--existing=replace"}), 0, "seeded 5 documents");
    CHECK(orders(client) == 2);
  }
  CHECK(edition(client) == "one");
  CHECK(staging(client).empty());
}

TEST_CASE("seed tells what is gone from what is empty") {
  const Mongod server;
  const auto client = server.client();
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  REQUIRE(seed(server.uri(), {archive}).exit_code == 0);

  client.command("shop", R"({"delete":"fruits","deletes":[{"q":{},"limit":0}]})");
  expect(seed(server.uri(), {archive}), 0, "already seeded");
  client.command("shop", R"({"drop":"fruits"})");
  expect(seed(server.uri(), {archive}), 0, "some collections of the content are gone");
  CHECK_FALSE(has_collection(client, "shop", "fruits"));
  client.command("shop", R"({"drop":"orders"})");
  expect(seed(server.uri(), {archive, "--on-missing=keep"}), 0, "--on-missing is keep");
  CHECK_FALSE(has_collection(client, "shop", "orders"));
  expect(seed(server.uri(), {archive}), 0, "all collections of the content are gone: seeding again");
  CHECK(edition(client) == "one");
}

TEST_CASE("seed --dry-run says what it would do and changes nothing") {
  const Mongod server;
  const auto client = server.client();
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  const auto rehearsed = seed(server.uri(), {archive, "--dry-run"});
  expect(rehearsed, 0, "would be put in place");
  CHECK(says(rehearsed, R"("msg":"would create")"));
  CHECK(says(rehearsed, R"("collection":"shop.fruits")"));
  CHECK_FALSE(has_collection(client, "shop", "fruits"));
  CHECK_FALSE(has_collection(client, "sidekick", "seeds"));
  order(client, "a");
  expect_refusal(seed(server.uri(), {archive, "--dry-run"}), 65, "data is already there");
}

TEST_CASE("seed refuses a content that cannot be whole before anything changes") {
  const Mongod server;
  const auto client = server.client();
  const TempDir folder;
  SECTION("that violates its own unique index") {
    expect_refusal(seed(server.uri(), {shop_archive(folder, {.clash = true})}), 65, "indexes of 'shop.fruits'");
  }
  SECTION("where a collection has the name of a view") {
    client.command("shop", R"({"create":"cheap"})");
    expect_refusal(seed(server.uri(), {shop_archive(folder, {.view = true})}), 65, "cannot seed shop.cheap");
  }
  SECTION("that is damaged") {
    expect_refusal(seed(server.uri(), {"--archive=" SIDEKICK_SOURCE_DIR "/tests/data/crc.archive"}), 65, "checksum");
  }
  CHECK_FALSE(has_collection(client, "shop", "fruits"));
  CHECK_FALSE(has_collection(client, "shop", "orders"));
  CHECK(staging(client).empty());
}

TEST_CASE("seed takes a folder, and part of a dump") {
  const Mongod server;
  const auto client = server.client();
  const TempDir folder;
  put_file(folder, "dump/shop/fruits.bson", bson(R"({"_id":1,"edition":"one"})"));
  put_file(folder, "dump/shop/orders.bson", bson(R"({"_id":1})"));
  const auto from = "--archive=" + (folder / "dump").string();
  expect(seed(server.uri(), {from, "--nsInclude=shop.fruits"}), 0, "seeded 1 document in 1 collection");
  CHECK_FALSE(has_collection(client, "shop", "orders"));
  expect(seed(server.uri(), {from, "--nsInclude=shop.fruits"}), 0, "already seeded");
  put_file(folder, "dump/shop/fruits.bson", bson(R"({"_id":2,"edition":"two"})"));
  expect(seed(server.uri(), {from, "--nsInclude=shop.fruits", "--on-change=replace"}), 0, "seeded 1 document");
  CHECK(edition(client) == "two");
  expect(seed(server.uri(), {from, "--name=all", "--nsFrom=shop.*", "--nsTo=mall.*"}), 0, "seeded 2 documents");
  CHECK(has_collection(client, "mall", "orders"));
}

TEST_CASE("seed says in one line what is wrong with its input") {
  const Mongod server;
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  expect_refusal(seed(server.uri(), {}), 64, "no content is given");
  expect_refusal(seed(server.uri(), {archive, "--name=a b"}), 64, "--name 'a b': not a name of a seed");
  expect_refusal(seed(server.uri(), {archive, "--existing=drop"}), 64, "--existing 'drop'");
  expect_refusal(seed(server.uri(), {archive, "--lease=1500ms"}), 64, "--lease '1500ms'");
  expect_refusal(seed(server.uri(), {"--archive=/no/such.archive"}), 66, "/no/such.archive");
  expect_refusal(seed(server.uri(), {archive, "--nsInclude=mall.*"}), 66, "no collection of the dump");
  expect_refusal(seed(server.uri(), {"--archive=/dev/null"}), 78, "it is not a file");
  put_file(folder, "time/shop/heat.metadata.json",
           R"({"options":{"timeseries":{"timeField":"t"}},"indexes":[],"type":"timeseries","collectionName":"heat"})");
  put_file(folder, "time/shop/system.buckets.heat.bson", "");
  expect_refusal(seed(server.uri(), {"--archive=" + (folder / "time").string()}), 65, "it is a time series");
}

TEST_CASE("seed names the roles that it needs for its ledger") {
  const GuardedMongod server;
  server.add_user("shop", R"({"role":"readWrite","db":"shop"})");
  server.add_user("seeder", R"("readWriteAnyDatabase")");
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  const auto as = [&](const std::string& user) {
    return run({{sidekick_binary(), "seed", server.uri_flag(user, user), archive, "--retry-for=0"}}, 2min);
  };
  const auto refused = as("shop");
  expect_refusal(refused, 77, "sidekick.seeds");
  CHECK(says(refused, "seed needs the role readWrite on the database 'sidekick'"));
  expect(as("seeder"), 0, "seeded 5 documents");
}

TEST_CASE("seed status prints the ledger, and seed forget gives an entry up") {
  const Mongod server;
  const auto client = server.client();
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  const auto on_ledger = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "seed");
    words.push_back("--uri=" + server.uri());
    return sidekick_run(words);
  };
  CHECK(on_ledger({"status"}).out == "no seeds\n");
  REQUIRE(seed(server.uri(), {archive, "--name=shop", "--label=v1"}).exit_code == 0);
  const auto status = on_ledger({"status"});
  INFO(status.describe());
  CHECK(status.exit_code == 0);
  CHECK(status.out.find("shop  done   ") != std::string::npos);
  CHECK(status.out.find("(v1)") != std::string::npos);
  const auto json = boost::json::parse(on_ledger({"status", "--json"}).out).as_object();
  CHECK(json.at("seeds").at(0).at("collections").as_array().size() == 2);
  CHECK(json.at("seeds").at(0).at("documents").as_int64() == 5);

  expect_refusal(on_ledger({"forget"}), 64, "takes the name of one seed");
  expect_refusal(on_ledger({"forget", "mall"}), 66, "there is no seed 'mall' in the ledger");
  expect(on_ledger({"forget", "shop"}), 0, "forgot seed 'shop'");
  expect(on_ledger({"forget", "shop"}), 0, "is forgotten already");
  CHECK(ledger_state(client, "shop") == "forgotten");
  CHECK(edition(client) == "one");
  expect_refusal(seed(server.uri(), {archive, "--name=shop"}), 65, "data is already there");
  expect(seed(server.uri(), {archive, "--name=shop", "--existing=replace"}), 0, "seeded 5 documents");
}

TEST_CASE("wait ends once a seed has put its content in place") {
  const std::string kind = GENERATE("standalone", "replica set");
  CAPTURE(kind);
  const bool alone = kind == "standalone";
  GuardedMongod server("6.0.27", alone ? GuardedMongod::Form::standalone : GuardedMongod::Form::replica_set);
  const TempDir folder;
  const auto url = [&](const std::string& condition) {
    return "mongodb://app:app@" + server.server().address() + "/?authSource=admin&directConnection=true&" + condition;
  };
  const auto reason = [&](const std::string& condition) {
    const auto finished = sidekick_run({"wait", url(condition), "--timeout=600ms"});
    CHECK(finished.exit_code == 124);
    return finished.err;
  };
  CHECK(reason("seed=shop").find("Authentication failed") != std::string::npos);
  // The user comes later than the wait begins, and the content later than the user.
  Child waiting({{sidekick_binary(), "wait", url("seed=shop&label=v2"), "--timeout=60s"}});
  server.add_user("app", R"("readAnyDatabase")");
  CHECK(reason("seed=shop").find("the seed 'shop' has not begun") != std::string::npos);
  const auto root = server.uri_flag("root", "root");
  const auto put = [&](const Shop& shop, const std::string& label) {
    const auto finished = run({{sidekick_binary(), "seed", root, shop_archive(folder, shop), "--name=shop",
                                "--label=" + label, "--on-change=replace"}},
                              60s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
  };
  put({.edition = "one"}, "v1");
  CHECK(sidekick_run({"wait", url("seed=shop")}).exit_code == 0);
  CHECK(reason("seed=shop&label=v2").find("another content in place") != std::string::npos);
  CHECK(waiting.running());
  put({.edition = "two"}, "v2");
  const auto finished = waiting.wait(30s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
}
