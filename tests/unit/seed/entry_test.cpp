#include "seed/entry.hpp"

#include <catch2/catch_test_macros.hpp>

#include "mongo/staging_name.hpp"
#include "seed/settings.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::seed;

namespace {

const std::string id(32, 'a');

Entry sample() {
  Entry entry{.name = "shop"};
  entry.ledger = std::string(15, 'l') + '\0';
  entry.content = {std::string(64, '1'), "v1"};
  entry.targets = {{"shop", "a.b"}, {"shop", "c"}};
  entry.documents = 7;
  entry.in_place = {std::string(64, '1')};
  entry.staging = {{"shop", "sk_shop_7"}};
  entry.plan = Plan{.content = {std::string(64, '2'), {}},
                    .moves = {{{"shop", "sk_shop_7"}, std::string(16, 'u'), {"shop", "c"}, std::string(16, 'd'), true},
                              {{"shop", "sk_shop_8"}, std::string(16, 'v'), {"shop", "d"}, {}, false}},
                    .views = {{{"shop", "v"}, R"({"viewOn":"c","pipeline":[{"$match":{}}]})"}},
                    .targets = {{"shop", "c"}, {"shop", "d"}},
                    .documents = 9};
  entry.by = "host a, process 1";
  entry.at = "2026-12-01T00:00:00.000Z";
  entry.seconds = 1.5;
  return entry;
}

}  // namespace

TEST_CASE("an entry is read back as it was written", "[seed]") {
  const auto entry = sample();
  auto document = mongo::Bson().append("_id", entry.name).append("revision", std::int64_t{3});
  const auto lease = mongo::Bson()
                         .append("number", std::int64_t{7})
                         .append("id", id)
                         .append("text", "held by host a, process 1\ntoken " + id + "\n");
  document.append("lease", lease).append_fields(fields_of(entry).get(), [](std::string_view) { return true; });
  const auto read = parse_entry(document);
  CHECK(read.name == "shop");
  CHECK(read.revision == 3);
  CHECK(read.holder == HolderId{7, id});
  CHECK(read.holder_text == "host a, process 1");
  CHECK(read.held);
  CHECK(read.ledger == entry.ledger);
  CHECK(read.content == entry.content);
  CHECK(read.targets == entry.targets);
  CHECK(read.documents == 7);
  CHECK(read.in_place == entry.in_place);
  CHECK(read.staging == entry.staging);
  REQUIRE(read.plan);
  CHECK(*read.plan == *entry.plan);
  CHECK(read.at == entry.at);
  CHECK(read.seconds == entry.seconds);
}

TEST_CASE("an entry of an unknown format is refused", "[seed]") {
  const auto document = mongo::Bson().append("_id", "shop").append("format", 2);
  const auto error = test::error_of([&] { parse_entry(document); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(test::mentions(*error, "unknown format"));
}

TEST_CASE("the state of an entry is what the next process finds to do", "[seed]") {
  auto entry = sample();
  CHECK(entry.state() == "planned");
  entry.plan.reset();
  CHECK(entry.state() == "staging");
  entry.staging.clear();
  CHECK(entry.state() == "done");
  entry.content = {};
  CHECK(entry.state() == "new");
  entry.forgotten = true;
  CHECK(entry.state() == "forgotten");
}

TEST_CASE("a staging name is short and recognised", "[seed]") {
  const auto name = mongo::staging_name(std::string(64, 'n'), 18446744073709551615ULL, id, 99999);
  CHECK(name.size() < 100);
  CHECK(mongo::is_staging_name(name));
  CHECK(mongo::is_staging_name(mongo::staging_name("a-b_c.d", 1, id, 0)));
  for (const auto* const other : {"", "sk_", "sk_shop_7", "fruits", "sk_shop_7-0_0"})
    CHECK_FALSE(mongo::is_staging_name(other));
  CHECK_FALSE(mongo::is_staging_name("sk__7-" + id + "_0"));
  CHECK_FALSE(mongo::is_staging_name("sk_shop_x-" + id + "_0"));
  CHECK_FALSE(mongo::is_staging_name("sk_shop_7-" + id));
}

TEST_CASE("a seed has a plain name", "[seed]") {
  for (const auto* const name : {"default", "a", "0.b-c_D"}) CHECK(is_seed_name(name));
  for (const auto& name :
       {std::string(), std::string("a b"), std::string(".a"), std::string("a/b"), std::string(65, 'a')})
    CHECK_FALSE(is_seed_name(name));
}
