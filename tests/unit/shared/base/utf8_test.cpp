#include "sidekick/utf8.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;

TEST_CASE("a UTF-8 character has one to four bytes and invalid bytes have no length") {
  CHECK(character_bytes("a") == 1);
  CHECK(character_bytes("\xc3\xa4z") == 2);
  CHECK(character_bytes("\xe2\x82\xacz") == 3);
  CHECK(character_bytes("\xf0\x9f\x8d\x8ez") == 4);
  for (const char* none : {"", "\xff", "\xc3", "\xe2\x82", "\x82", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80"})
    CHECK(character_bytes(none) == 0);
}

TEST_CASE("text is cut between characters") {
  CHECK(beginning("short", 5) == "short");
  CHECK(beginning("a\xe2\x82\xac", 4) == "a\xe2\x82\xac");
  CHECK(beginning("a\xe2\x82\xac", 3) == "a");
  CHECK(beginning("a\xf0\x9f\x8d\x8ez", 4) == "a");
  CHECK(beginning("a\xf0\x9f\x8d\x8ez", 5) == "a\xf0\x9f\x8d\x8e");
}

TEST_CASE("text without a whole character is cut anywhere") {
  CHECK(beginning("\x82\x82\x82\x82\x82\x82\x82", 5) == "\x82\x82\x82\x82\x82");
  CHECK(beginning("\xe2\x82\xac", 2) == "\xe2\x82");
  CHECK(beginning("abc", 0).empty());
}
