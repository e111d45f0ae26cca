#include "agent/config/duration.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick::config;
using namespace std::chrono_literals;

TEST_CASE("durations are numbers with units, larger units first") {
  CHECK(parse_duration("30s") == 30s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("1d") == 24h);
  CHECK(parse_duration("1m500ms") == 60'500ms);
  CHECK(parse_duration("0") == 0ms);
  CHECK(parse_duration("0s") == 0ms);
}

TEST_CASE("text that is no duration is told apart") {
  for (const auto text : {"", "5", "s", "5 s", "-5s", "+5s", "5x", "5s1h", "5s5s", "1.5h", "5S",
                          "99999999999999999999s", "9999999d", "1h-5m", "5m30"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a written duration reads back as itself") {
  for (const auto duration : {0ms, 1ms, 999ms, 1000ms, 61'001ms, 3'600'000ms, 90'061'001ms})
    CHECK(parse_duration(format_duration(duration)) == duration);
  CHECK(format_duration(90min) == "1h30m");
}

TEST_CASE("durations for people have the precision that matters") {
  CHECK(spoken_duration(420ms) == "0.42 s");
  CHECK(spoken_duration(12'300ms) == "12.3 s");
  CHECK(spoken_duration(252s) == "4m 12s");
  CHECK(spoken_duration(62min) == "1h 2m");
}

TEST_CASE("durations of Go may have a sign, fractions and any order of units") {
  CHECK(parse_go_duration("1m30s") == 90s);
  CHECK(parse_go_duration("30s1m") == 90s);
  CHECK(parse_go_duration("1.5h") == 90min);
  CHECK(parse_go_duration(".5s") == 500ms);
  CHECK(parse_go_duration("-1.5s") == -1500ms);
  CHECK(parse_go_duration("+2s") == 2s);
  CHECK(parse_go_duration("1500us") == 1ms);
  CHECK(parse_go_duration("2000000ns") == 2ms);
  CHECK(parse_go_duration("1500\u00b5s") == 1ms);
  CHECK(parse_go_duration("0") == 0s);
  for (const auto* const text :
       {"", "-", "30", "1x", "s", "1s-1s", "inf", "infs", "nans", "1e3s", "99999999h", "1 s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_go_duration(text));
  }
}

TEST_CASE("seconds are a plain number or a duration") {
  CHECK(parse_seconds("60") == 60s);
  CHECK(parse_seconds("0.25") == 250ms);
  CHECK(parse_seconds("2m") == 2min);
  CHECK(parse_seconds("-1") == -1s);
  for (const auto* const text : {"", "inf", "nan", "1,5", "1e99", "x", "999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_seconds(text));
  }
}
