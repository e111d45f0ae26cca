#include "sidekick/json.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <stdexcept>

using namespace sidekick;

namespace {

bool is_read(std::string_view text) {
  try {
    parse_json(text);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

std::string text_in(std::string_view json) {
  return std::string(parse_json(json).as_string());
}

}  // namespace

TEST_CASE("strict JSON is read") {
  for (const char* text : {"{}", "[]", " [ ] ", "0", "-0", "-0.5e+10", "1E5", "null", "true", "false", "\"\"",
                           "[1,2,[3]]", "{\"a\":{\"b\":null}}", "\"\\u00e9\\ud83d\\ude00\\n\\\"\\/\"",
                           "\r\n\t {\"a\" : 1 , \"b\" : [ ] } \n", "\"\xc3\xa9\xf0\x9f\x98\x80\x7f\""}) {
    INFO(text);
    CHECK(is_read(text));
  }
  CHECK(text_in("\"\\u00e9\\ud83d\\ude00\\u0041\"") ==
        "\xc3\xa9\xf0\x9f\x98\x80"
        "A");
}

TEST_CASE("text that is not strict JSON is refused with its position") {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "\"",
                           "\"\\",
                           "\"\\u12",
                           "\"\\u12g4\"",
                           "\"\\u+123\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\x\"",
                           "\"\n\"",
                           "\"\x1f\"",
                           "\"\xff\"",
                           "\"\xc0\xaf\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"\xe2\x82\"",
                           "01",
                           "-",
                           "-a",
                           "1.",
                           ".5",
                           "+1",
                           "1e",
                           "1e+",
                           "0x10",
                           "NaN",
                           "Infinity",
                           "tru",
                           "nul",
                           "True",
                           "{}{}",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "{1:2}",
                           "// x\n1",
                           "\xef\xbb\xbf{}",
                           "{\"a\":1,\"a\":2}",
                           "{\"a\":1,\"\\u0061\":2}",
                           "a: 1",
                           "- 1"}) {
    INFO(text);
    CHECK_FALSE(is_read(text));
  }
  CHECK_FALSE(is_read(std::string_view("\"a\0b\"", 5)));
  CHECK_FALSE(is_read(std::string_view("1\0", 2)));
  CHECK_FALSE(is_read(std::string(100'000, '[')));
  CHECK(is_read(std::string(32, '[') + std::string(32, ']')));
  try {
    parse_json("[1, x]");
    FAIL("read");
  } catch (const std::invalid_argument& error) {
    CHECK(std::string(error.what()) == "at byte 4: syntax error");
  }
}

TEST_CASE("a name is refused that is given twice at any level") {
  for (const char* text : {R"([{"a":1,"b":{"c":[{"x":1,"x":1}]}}])", R"({"a":{"a":1},"b":{"a":1},"a":2})"}) {
    INFO(text);
    CHECK_FALSE(is_read(text));
  }
  CHECK(is_read(R"({"a":{"a":1},"b":{"a":[{"a":1},{"a":1}]}})"));
}

TEST_CASE("JSON is written in three layouts") {
  const auto json = parse_json(R"({"a":1,"b":[{"c":[true,null]},2],"d":[],"e":{}})");
  CHECK(json_text(json) == R"({"a":1,"b":[{"c":[true,null]},2],"d":[],"e":{}})");
  CHECK(json_text(json, JsonLayout::spaced) == R"({"a": 1, "b": [{"c": [true, null]}, 2], "d": [], "e": {}})");
  CHECK(json_text(json, JsonLayout::lines) ==
        "{\n  \"a\": 1,\n  \"b\": [\n    {\"c\": [true, null]},\n    2\n  ],\n  \"d\": [],\n  \"e\": {}\n}");
}

TEST_CASE("numbers are written in their shortest form") {
  CHECK(json_text(boost::json::array{1.5, 2.0, 0.1, -0.8, 1e300, 18446744073709551615U, -9223372036854775807 - 1}) ==
        "[1.5,2,0.1,-0.8,1e+300,18446744073709551615,-9223372036854775808]");
  CHECK(json_text(std::numeric_limits<double>::infinity()) == "null");
  CHECK(json_text(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("any bytes are written as JSON that says the same and that a terminal only shows") {
  std::string all;
  for (int i = 0; i < 128; i++) all += static_cast<char>(i);
  all += "\xc2\x80\xc2\x9f\xc2\xa0\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
  for (const auto layout : {JsonLayout::compact, JsonLayout::lines}) {
    const auto text = json_text({{all, all}}, layout);
    CHECK(text.find_first_of("\x1b\x7f") == std::string::npos);
    CHECK(text.find("\xc2\x9f") == std::string::npos);
    CHECK(parse_json(text).at(all).as_string() == all);
  }
  CHECK(json_text("\x1b\x7f\xc2\x9b") == R"("\u001b\u007f\u009b")");
  CHECK(json_text("a\xff\xc3z\xc2") == "\"a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\"");
}

TEST_CASE("a string is found by its name") {
  const auto json = parse_json(R"({"a":"x","b":1})");
  REQUIRE(json_string(json, "a") != nullptr);
  CHECK(*json_string(json, "a") == "x");
  CHECK(json_string(json, "b") == nullptr);
  CHECK(json_string(json, "c") == nullptr);
  CHECK(json_string(parse_json("[]"), "a") == nullptr);
}
