#include <catch2/catch_test_macros.hpp>

#include "restore/index_builder.hpp"
#include "restore/oplog.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::restore;
using namespace sidekick::test;
using mongo::Bson;
using mongo::Namespace;

namespace {

const Namespace fruits{"shop", "fruits"};

Bson json(const char* text) {
  return Bson::from_json(text, "a test");
}

std::vector<std::string> names(const IndexCatalog& catalog, const Namespace& ns) {
  std::vector<std::string> out;
  if (const auto entry = catalog.entries().find(ns); entry != catalog.entries().end())
    for (const auto& index : entry->second.indexes) out.push_back(mongo::text_of(index.get(), "name"));
  return out;
}

IndexCatalog two_indexes() {
  IndexCatalog catalog;
  catalog.add(fruits, {json(R"({"key":{"_id":1},"name":"_id_"})"), json(R"({"key":{"a":1},"name":"a_1"})"),
                       json(R"({"key":{"b":1},"name":"b_1","expireAfterSeconds":5})")});
  return catalog;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a catalog holds all indexes but those that come with the collection") {
  auto catalog = two_indexes();
  CHECK(names(catalog, fruits) == Names{"a_1", "b_1"});
  catalog.add(fruits, {json(R"({"key":{"_id":1},"name":"c","clustered":true})")});
  catalog.add(fruits, {json(R"({"key":{"a":-1},"name":"a_1"})")});
  CHECK(names(catalog, fruits) == Names{"b_1", "a_1"});
}

TEST_CASE("indexes are removed by name or all at once, and by drops") {
  auto catalog = two_indexes();
  catalog.remove(fruits, "a_1");
  CHECK(names(catalog, fruits) == Names{"b_1"});
  catalog.remove(fruits, "*");
  CHECK(names(catalog, fruits).empty());
  catalog = two_indexes();
  catalog.drop(fruits);
  CHECK(catalog.entries().empty());
  catalog = two_indexes();
  catalog.add({"farm", "x"}, {json(R"({"key":{"a":1},"name":"a_1"})")});
  catalog.drop_database("shop");
  CHECK(catalog.entries().size() == 1);
}

TEST_CASE("a change of an index finds it by name or by key and leaves the others") {
  for (const char* change :
       {R"({"name":"b_1","expireAfterSeconds":9})", R"({"keyPattern":{"b":1},"expireAfterSeconds":9})"}) {
    auto catalog = two_indexes();
    catalog.modify(fruits, json(change));
    const auto& indexes = catalog.entries().at(fruits).indexes;
    CHECK_FALSE(indexes[0].has("expireAfterSeconds"));
    CHECK(mongo::number_of(indexes[1].get(), "expireAfterSeconds") == 9);
    CHECK(mongo::text_of(indexes[1].get(), "name") == "b_1");
  }
}

TEST_CASE("a renamed collection takes its indexes along and displaces what was there") {
  auto catalog = two_indexes();
  const Namespace other{"shop", "other"};
  catalog.add(other, {json(R"({"key":{"z":1},"name":"z_1"})")});
  catalog.rename(fruits, other);
  CHECK(names(catalog, fruits).empty());
  CHECK(names(catalog, other) == Names{"a_1", "b_1"});
}

TEST_CASE("a catalog of a plan knows collations and time series, and leaves views out") {
  const auto plan = make_plan(
      {}, {{{"d", "a"}, R"({"options":{"collation":{"locale":"de"}},"indexes":[{"key":{"x":1},"name":"x_1"}]})", ""},
           {{"d", "t"}, R"({"options":{"timeseries":{"timeField":"t"}}})", "timeseries"},
           {{"d", "v"}, R"({"options":{"viewOn":"a"}})", "view"}});
  const IndexCatalog catalog(plan);
  CHECK(catalog.entries().at({"d", "a"}).collation);
  CHECK(names(catalog, {"d", "a"}) == Names{"x_1"});
  CHECK(catalog.entries().at({"d", "t"}).time_series);
  CHECK_FALSE(catalog.entries().contains({"d", "v"}));
}

TEST_CASE("a limit of the oplog is seconds and perhaps an ordinal") {
  CHECK_FALSE(parse_oplog_limit(""));
  CHECK(parse_oplog_limit("5") == std::uint64_t{5} << 32);
  CHECK(parse_oplog_limit("5:7") == ((std::uint64_t{5} << 32) | 7));
  CHECK(parse_oplog_limit("4294967295:4294967295") == UINT64_MAX);
  for (const char* text :
       {":", "5:", ":5", "-1", "5:-1", "5:6:7", "5 ", " 5", "x", "4294967296", "5:4294967296", "1.5"}) {
    INFO(text);
    const auto error = error_of([&] { parse_oplog_limit(text); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::usage);
  }
}
