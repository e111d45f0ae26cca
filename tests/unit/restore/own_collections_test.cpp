#include "restore/own_collections.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::restore;
using namespace std::chrono_literals;

TEST_CASE("only what was found at the start or created may be written and dropped", "[restore]") {
  OwnCollections own;
  own.record_start("shop", {{{"shop", "orders"}, {"collection", "first"}}}, {});
  own.add({"shop", "people"}, "second", false);

  CHECK(own.may_drop({"shop", "orders"}, "first"));
  CHECK_FALSE(own.holds({"shop", "orders"}, "another"));
  CHECK(own.holds({"shop", "people"}, "second"));
  CHECK_FALSE(own.may_drop({"shop", "people"}, "second"));
  CHECK_FALSE(own.knows({"shop", "events"}));
}

TEST_CASE("a later attempt does not move the start", "[restore]") {
  OwnCollections own;
  const Clock::time_point start{};
  own.record_start("shop", {}, start);
  own.record_start("shop", {{{"shop", "orders"}, {"collection", "of another process"}}}, start + 5s);

  CHECK_FALSE(own.holds({"shop", "orders"}, "of another process"));
  CHECK(own.recorded_within("shop", 1s, start + 1s));
  CHECK_FALSE(own.recorded_within("shop", 1s, start + 1001ms));
  CHECK_FALSE(own.recorded_within("other", 1s, start));
}
