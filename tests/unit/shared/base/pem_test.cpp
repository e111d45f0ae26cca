#include "sidekick/pem.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;

TEST_CASE("a key in PEM that lost its lines is told from a whole one") {
  const std::string whole = "-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB\n-----END PRIVATE KEY-----\n";
  CHECK(damage_of_pem(whole).empty());
  CHECK(damage_of_pem("# a comment\n  indented text\n" + whole).empty());
  CHECK(damage_of_pem("-----BEGIN PRIVATE KEY-----\r\nAAAA\r\n-----END PRIVATE KEY-----\r\n").empty());
  CHECK(damage_of_pem("no key at all").empty());
  CHECK(damage_of_pem("-----BEGIN PRIVATE KEY----- AAAA BBBB -----END PRIVATE KEY-----") ==
        "its line breaks are missing");
  CHECK(damage_of_pem("-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----") == "its line breaks are missing");
  CHECK(damage_of_pem(R"(-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n)") ==
        "its line breaks are written as \\n");
  CHECK(damage_of_pem("-----BEGIN PRIVATE KEY-----\n  AAAA\n  -----END PRIVATE KEY-----\n") ==
        "its lines are indented");
  CHECK(damage_of_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n") == "its last line is missing");
  CHECK(damage_of_pem("-----BEGIN PRIVATE") == "its first line is incomplete");
}
