#include "sidekick/json.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>
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

bool is_read_by_boost(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse({text.data(), text.size()}, error);
  return !error;
}

std::string text_in(std::string_view json) {
  return std::get<std::string>(parse_json(json).value);
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

TEST_CASE("what is not strict JSON is refused with its place") {
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
    CHECK(std::string(error.what()) == "at byte 4: a value is missing");
  }
}

TEST_CASE("damaged JSON is judged as another reader judges it") {
  const std::string whole = R"({"name": "a\u00e9\ud83d\ude00", "n": [0, -1.5e3, true, false, null, {}], "t": "x\\\"/)"
                            "\xc3\xa9"
                            R"("})";
  REQUIRE(is_read(whole));
  constexpr std::string_view alphabet = "{}[]\",:\\ud8c0-+.eE1 \n\xc3\xa9\xff\x01tfn/";
  std::mt19937 random(7);  // NOLINT: the same cases each time
  int refused = 0;
  for (int i = 0; i < 20'000; i++) {
    auto text = whole;
    for (auto changes = 1 + random() % 3; changes > 0; changes--) {
      const auto at = random() % text.size();
      if (random() % 3 == 0)
        text.erase(at, 1 + random() % 4);
      else
        text[at] = alphabet[random() % alphabet.size()];
    }
    refused += is_read(text) ? 0 : 1;
    // Names that come twice are the one thing that we refuse and it does not.
    if (is_read(text) == is_read_by_boost(text)) continue;
    INFO(text);
    REQUIRE(is_read_by_boost(text));
    REQUIRE_FALSE(is_read(text));
    try {
      parse_json(text);
    } catch (const std::invalid_argument& error) {
      REQUIRE(std::string(error.what()).ends_with("a name is given twice"));
    }
  }
  CHECK(refused > 1'000);
  CHECK(refused < 19'000);
}

TEST_CASE("any bytes are written as JSON that says the same") {
  std::string all;
  for (int i = 0; i < 128; i++) all += static_cast<char>(i);
  all += "\xc3\xa9\xf0\x9f\x98\x80";
  CHECK(text_in(json_quoted(all)) == all);
  CHECK(json_quoted("a\xff\xc3z") == "\"a\xef\xbf\xbd\xef\xbf\xbdz\"");
}
