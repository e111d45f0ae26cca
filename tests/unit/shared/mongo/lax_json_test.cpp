#include "mongo/lax_json.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

#include "mongo/bson.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::mongo;

TEST_CASE("keys without quotes and single quotes become JSON") {
  struct Case {
    const char* lax;
    const char* strict;
  };
  for (const auto& c :
       std::vector<Case>{{"{w: 3, j: true}", R"({"w": 3, "j": true})"},
                         {"{'w':'majority'}", R"({"w":"majority"})"},
                         {"{a:{$gt:1.5e3,$in:[-1,null]}}", R"({"a":{"$gt":1.5e3,"$in":[-1,null]}})"},
                         {R"({"a:b": "c: 'd'"})", R"({"a:b": "c: 'd'"})"},
                         {R"({a: 'say "x"', b: 'it\'s', c: '\n'})", R"({"a": "say \"x\"", "b": "it's", "c": "\n"})"},
                         {R"({"a" : "\"}, {x: 1"})", R"({"a" : "\"}, {x: 1"})"},
                         {"{_id : {$oid: '65f0'}, 1: 2}", R"({"_id" : {"$oid": "65f0"}, "1": 2})"},
                         {"", ""},
                         {"{}", "{}"}}) {
    CAPTURE(c.lax);
    CHECK(strict_json(c.lax) == c.strict);
    CHECK(strict_json(c.strict) == c.strict);
  }
}

TEST_CASE("what is no JSON of either kind stays none") {
  for (const char* text : {"{w", "{w: }", "{'w: 1}", "{w: majority}", R"({"w)", "{a: 'b}", "{a b: 1}"}) {
    CAPTURE(text);
    CHECK(test::error_of([&] { Bson::from_json(strict_json(text), "it"); }));
  }
}
