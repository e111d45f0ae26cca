#include "mongo/metadata.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::mongo;
using namespace sidekick::test;

namespace {

std::string plain(const std::string& json) {
  return Bson::from_json(json, "a test").to_json();
}

}  // namespace

TEST_CASE("metadata is read in canonical and in relaxed form") {
  for (const char* v : {R"({"$numberInt":"2"})", "2"}) {
    const auto metadata =
        parse_metadata(std::string(R"({"options":{"capped":true},"indexes":[{"v":)") + v +
                           R"(,"key":{"a":1},"name":"a_1"}],"uuid":"00112233445566778899aabbccddeeff","type":"view"})",
                       {"db", "c"});
    CHECK(truth_of(metadata.options.get(), "capped"));
    REQUIRE(metadata.indexes.size() == 1);
    CHECK(number_of(metadata.indexes[0].get(), "v") == 2);
    CHECK(metadata.uuid.size() == 32);
    CHECK(metadata.type == "view");
  }
  CHECK(parse_metadata("", {"db", "c"}).options.empty());
  CHECK(parse_metadata("{}", {"db", "c"}).indexes.empty());
}

TEST_CASE("metadata that is no JSON is damage that names its collection") {
  for (const char* text : {"{", "x", "{\"options\":", " ", "[1", "{\"a\":{\"$numberInt\":\"x\"}}"}) {
    INFO(text);
    const auto error = error_of([&] { parse_metadata(text, {"db", "c"}); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(mentions(*error, "'db.c'"));
  }
}

TEST_CASE("metadata is one object, and text in it may hold braces") {
  CHECK(text_of(parse_json_object("\xef\xbb\xbf \n{\"a\":\"}\\\"{\"}\n", "x").get(), "a") == "}\"{");
  CHECK(parse_json_object("{\"a\":{\"b\":[{}]}}", "x").has("a"));
  for (const char* text : {"[{}]", "{} {}", "{}x", "{}\n]", "\xff\xfe{}", "\"{}\"", "", "{\"a\":\"}"}) {
    INFO(text);
    CHECK(error_of([&] { parse_json_object(text, "x"); })->kind() == ErrorKind::data);
  }
}

TEST_CASE("metadata of a wrong form is damage that names its collection") {
  for (const char* text : {R"({"indexes":["q"]})", R"({"indexes":{}})", R"({"indexes":[{"key":{"a":1}}]})",
                           R"({"indexes":[{"name":"a"}]})", R"({"indexes":[{"name":"a","key":[1]}]})",
                           R"({"options":[]})", R"({"uuid":"0"})", R"({"type":"heap"})", R"({"collectionName":1})"}) {
    INFO(text);
    const auto error = error_of([&] { parse_metadata(text, {"db", "c"}); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(mentions(*error, "'db.c'"));
  }
  CHECK(parse_metadata(R"({"options":null,"indexes":null,"uuid":"","type":null})", {"db", "c"}).indexes.empty());
}

TEST_CASE("two different indexes of one name are damage, the same one twice is not") {
  const auto parse = [](const std::string& second) {
    return parse_metadata(R"({"indexes":[{"v":2,"key":{"a":1},"name":"x"},)" + second + "]}", {"db", "c"});
  };
  CHECK(parse(R"({"v":2,"key":{"a":1},"name":"x"})").indexes.size() == 2);
  CHECK(parse(R"({"v":2,"key":{"a":1},"name":"y"})").indexes.size() == 2);
  const auto error = error_of([&] { parse(R"({"v":2,"key":{"b":1},"name":"x"})"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(mentions(*error, "two different indexes named 'x'"));
}

TEST_CASE("an index is sent as the rules say") {
  struct Case {
    const char* spec;
    IndexRules rules;
    const char* sent;
  };
  for (const auto& c : std::vector<Case>{
           {R"({"v":1,"key":{"a":1},"name":"a_1","ns":"d.c"})", {}, R"({"key":{"a":1},"name":"a_1"})"},
           {R"({"v":1,"key":{"a":1}})", {.keep_version = true}, R"({"v":1,"key":{"a":1}})"},
           {R"({"key":{"a":0,"b":"","c":true,"d":-1,"e":"text"},"x":1})",
            {.convert_legacy = true},
            R"({"key":{"a":1,"b":1,"c":1,"d":-1,"e":"text"}})"},
           {R"({"key":{"a":0},"x":1})", {}, R"({"key":{"a":0},"x":1})"},
           {R"({"key":{"a.b":"hashed","c":"hashed"}})", {.fix_dotted_hash = true}, R"({"key":{"a.b":1,"c":"hashed"}})"},
           {R"({"key":{"a":1}})", {.collection_collation = true}, R"({"key":{"a":1},"collation":{"locale":"simple"}})"},
           {R"({"key":{"a":1},"collation":{"locale":"de"}})",
            {.collection_collation = true},
            R"({"key":{"a":1},"collation":{"locale":"de"}})"},
           {R"({"key":{"a":"2dsphere"}})", {}, R"({"key":{"a":"2dsphere"},"2dsphereIndexVersion":1})"},
           {R"({"key":{"a":"2dsphere"},"2dsphereIndexVersion":3})",
            {},
            R"({"key":{"a":"2dsphere"},"2dsphereIndexVersion":3})"},
           {R"({"key":{"a":"2dsphere"}})", {.time_series = true}, R"({"key":{"a":"2dsphere"}})"}}) {
    INFO(c.spec);
    CHECK(index_to_create(Bson::from_json(c.spec, "a test"), c.rules).to_json() == plain(c.sent));
  }
}

TEST_CASE("only the index on _id of that name is the one every collection has") {
  const auto is_id = [](const char* spec) { return is_id_index(Bson::from_json(spec, "a test")); };
  CHECK(is_id(R"({"key":{"_id":1},"name":"_id_"})"));
  CHECK_FALSE(is_id(R"({"key":{"_id":"hashed"},"name":"_id_hashed"})"));
  CHECK_FALSE(is_id(R"({"key":{"_id":1,"a":1},"name":"_id_"})"));
  CHECK_FALSE(is_id(R"({"name":"_id_"})"));
}
