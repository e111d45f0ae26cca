#include "dump/metadata.hpp"

#include <catch2/catch_test_macros.hpp>

#include "mongo/metadata.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::dump;
using mongo::Bson;

TEST_CASE("metadata is written as mongodump writes it") {
  const CollectionInfo info(Bson::from_json(
      R"({"name":"fruits","type":"collection","options":{},
          "info":{"uuid":{"$uuid":"3360ae0e-4c67-4471-a45a-b681efbe0a7b"}}})",
      "it"));
  const auto index = Bson::from_json(R"({"v":2,"key":{"_id":1},"name":"_id_"})", "it");
  CHECK(metadata_json(info, {index}) ==
        R"({"indexes":[{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_"}],)"
        R"("uuid":"3360ae0e4c674471a45ab681efbe0a7b","collectionName":"fruits","type":"collection"})");
}

TEST_CASE("a view has options and no indexes and no uuid") {
  const CollectionInfo info(
      Bson::from_json(R"({"name":"v","type":"view","options":{"viewOn":"a","pipeline":[]},"info":{}})", "it"));
  CHECK(metadata_json(info, {}) ==
        R"({"options":{"viewOn":"a","pipeline":[]},"indexes":[],"collectionName":"v","type":"view"})");
}

TEST_CASE("blanks inside texts stay and those between tokens go") {
  CHECK(without_blanks(R"({ "a b" : "c \" d", "e" : [ 1, 2 ] })") == R"({"a b":"c \" d","e":[1,2]})");
  CHECK(without_blanks(R"({ "a" : "\\" , "b" : " " })") == R"({"a":"\\","b":" "})");
}

TEST_CASE("what our reader parses of it is what was put in") {
  CollectionInfo info(Bson::from_json(
      R"({"name":"odd \" name","type":"collection","info":{},
          "options":{"capped":true,"size":{"$numberLong":"9007199254740993"},"d":{"$numberDouble":"0.1"},
          "validator":{"x":{"$regularExpression":{"pattern":"a b","options":"i"}}}}})",
      "it"));
  const auto parsed = mongo::parse_metadata(metadata_json(info, {}), {"db", "c"});
  CHECK(parsed.options.to_json() == info.options.to_json());
}

TEST_CASE("text that is not UTF-8 is an error and not an empty metadata") {
  CollectionInfo info(Bson::from_json(R"({"name":"c","type":"collection","options":{},"info":{}})", "it"));
  info.options.append("comment", std::string_view("\xff\xfe"));
  const auto error = test::error_of([&] { metadata_json(info, {}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
}
