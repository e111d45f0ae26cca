#include "run/codes.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"

using namespace sidekick;
using namespace sidekick::run;

TEST_CASE("exit codes are given as numbers and ranges") {
  const auto codes = parse_codes("0,3,10-12");
  CHECK(codes.count() == 5);
  for (const std::size_t code : {0U, 3U, 10U, 11U, 12U}) CHECK(codes.test(code));
  CHECK(parse_codes("any").count() == 255);
  CHECK_FALSE(parse_codes("any").test(0));
  CHECK(parse_codes("255-255").test(255));
}

TEST_CASE("an invalid exit code is an error that names it") {
  for (const auto* text : {"", "x", "256", "-1", "1,", "5-3", "1-", "1-300", "1 2", "+1"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_codes(text), Error);
  }
}
