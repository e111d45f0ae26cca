#include "schedule/agenda.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick::schedule;
using namespace std::chrono_literals;
using std::chrono::sys_days;

namespace {

constexpr auto day = sys_days(std::chrono::year(2026) / 11 / 20);

Agenda agenda(std::string_view schedule, std::chrono::seconds jitter = 0s, double random = 0.5) {
  return {Schedule::parse(schedule), TimeZone(), jitter, [random] { return random; }};
}

}  // namespace

TEST_CASE("a time that has come is due until it is passed") {
  auto nightly = agenda("0 3 * * *");
  nightly.begin(day + 1h, {});
  CHECK_FALSE(nightly.is_due(day + 1h));
  CHECK_FALSE(nightly.is_due(day + 3h - 1s));
  CHECK(nightly.is_due(day + 3h));
  CHECK(nightly.is_due(day + 4h));
  CHECK(nightly.scheduled() == day + 3h);
  CHECK(nightly.pass(day + 4h) == 1);
  CHECK_FALSE(nightly.is_due(day + 4h));
  CHECK(nightly.scheduled() == day + 27h);
}

TEST_CASE("times that come while a run goes on are counted and passed over") {
  auto agenda_of_5 = agenda("*/5 * * * *");
  agenda_of_5.begin(day + 1s, {});
  REQUIRE(agenda_of_5.is_due(day + 5min));
  CHECK(agenda_of_5.pass(day + 5min) == 1);
  CHECK(agenda_of_5.pass(day + 9min) == 0);
  CHECK(agenda_of_5.pass(day + 22min) == 3);
  CHECK_FALSE(agenda_of_5.is_due(day + 22min));
  CHECK(agenda_of_5.is_due(day + 25min));
}

TEST_CASE("one looks again no later than after a minute, and at the time itself") {
  auto nightly = agenda("0 3 * * *");
  nightly.begin(day, {});
  CHECK(nightly.until_next_look(day) == 60s);
  CHECK(nightly.until_next_look(day + 3h - 20s) == 20s);
  CHECK(nightly.until_next_look(day + 4h) == 0s);
}

TEST_CASE("jitter puts a run off but not the time it is known by") {
  auto nightly = agenda("0 3 * * *", 10min, 0.5);
  nightly.begin(day, {});
  CHECK_FALSE(nightly.is_due(day + 3h));
  CHECK_FALSE(nightly.is_due(day + 3h + 5min - 1s));
  CHECK(nightly.is_due(day + 3h + 5min));
  CHECK(nightly.scheduled() == day + 3h);
}

TEST_CASE("a clock that is set forward makes the run due and one that is set back does not lose it") {
  auto nightly = agenda("0 3 * * *");
  nightly.begin(day, {});
  CHECK(nightly.is_due(day + 100h));
  CHECK(nightly.pass(day + 100h) == 5);
  CHECK_FALSE(nightly.is_due(day + 1h));
  CHECK(nightly.scheduled() == day + 3h);
  CHECK(nightly.is_due(day + 3h));
}

TEST_CASE("a run was missed where a time lies between the newest backup and now") {
  const auto nightly = agenda("0 3 * * *");
  CHECK_FALSE(nightly.is_missed(day + 3h, day + 26h));
  CHECK(nightly.is_missed(day + 3h, day + 27h));
  CHECK(nightly.is_missed(day + 2h, day + 3h));
  CHECK_FALSE(nightly.is_missed(day + 50h, day + 3h));
}

TEST_CASE("what is due every so often counts from the newest backup and not from a restart") {
  auto every = agenda("@every 6h");
  every.begin(day + 5h, day);
  CHECK(every.scheduled() == day + 6h);
  every.begin(day + 7h, day);
  CHECK(every.scheduled() == day + 13h);
  every.begin(day + 7h, {});
  CHECK(every.scheduled() == day + 13h);
}
