#include "backup/retention.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

#include "sidekick/utc.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::backup;
using namespace std::chrono;
using storage::Proof;
using storage::WallTime;
using test::error_of;

namespace {

/// "2026-11-21 03:15" or "2026-11-21 03:15:09", UTC.
WallTime utc(std::string text) {
  text[10] = 'T';
  if (text.size() == 16) text += ":00";
  return parse_utc(text + ".000Z").value();
}

struct Row {
  std::string time;
  std::string reasons;  ///< separated by " + "; "-" of one that goes
};

/// Backups named for their times, decided and told newest first.
std::vector<Row> decided(const std::vector<std::string>& times, std::string_view keep, const std::string& now,
                         const char* zone = "UTC") {
  std::vector<Candidate> candidates;
  for (const auto& time : times) candidates.push_back({time, utc(time)});
  std::vector<Row> out;
  for (const auto& decision : decide(candidates, parse_keep(keep), utc(now), schedule::TimeZone::named(zone))) {
    CHECK(decision.keep == !decision.reasons.empty());
    std::string reasons;
    for (const auto& reason : decision.reasons)
      if (!reason.starts_with("newest verified as")) reasons += (reasons.empty() ? "" : " + ") + reason;
    out.push_back({times[decision.candidate], reasons.empty() ? "-" : reasons});
  }
  return out;
}

void check_table(const std::vector<Row>& golden, std::string_view keep, const std::string& now,
                 const char* zone = "UTC") {
  std::vector<std::string> times;
  for (const auto& row : golden) times.push_back(row.time);
  std::ranges::reverse(times);  // the order that they are given in says nothing
  const auto rows = decided(times, keep, now, zone);
  REQUIRE(rows.size() == golden.size());
  for (std::size_t i = 0; i < rows.size(); i++) {
    CHECK(rows[i].time == golden[i].time);
    CHECK(rows[i].reasons == golden[i].reasons);
  }
}

}  // namespace

TEST_CASE("the last n backups are kept") {
  check_table({{"2026-11-21 03:00", "last 1"},
               {"2026-11-20 03:00", "last 2"},
               {"2026-11-19 03:00", "-"},
               {"2026-11-18 03:00", "-"}},
              "last=2", "2026-11-21 04:00");
}

TEST_CASE("the newest backup of each of the last n days with backups is kept") {
  check_table({{"2026-11-21 15:00", "daily 2026-11-21"},
               {"2026-11-21 03:00", "-"},
               {"2026-11-20 15:00", "daily 2026-11-20"},
               {"2026-11-20 03:00", "-"},
               {"2026-11-17 03:00", "daily 2026-11-17"},  // days without one do not count
               {"2026-11-16 03:00", "-"}},
              "daily=3", "2026-11-21 16:00");
}

TEST_CASE("with fewer days than the rule, the oldest backup is kept as well") {
  check_table({{"2026-11-21 15:00", "daily 2026-11-21"},
               {"2026-11-21 09:00", "-"},
               {"2026-11-21 03:00", "oldest daily 2026-11-21"}},
              "daily=3", "2026-11-21 16:00");
}

TEST_CASE("each rule counts separately") {
  check_table({{"2027-01-02 03:00", "last 1 + daily 2027-01-02 + weekly 2026-W53 + monthly 2027-01 + yearly 2027"},
               {"2027-01-01 03:00", "daily 2027-01-01"},
               {"2026-12-31 03:00", "monthly 2026-12 + yearly 2026"},
               {"2026-12-28 03:00", "-"},
               {"2026-12-27 03:00", "weekly 2026-W52"},
               {"2026-11-30 03:00", "monthly 2026-11"},
               {"2026-11-01 03:00", "-"},
               {"2025-12-31 03:00", "yearly 2025"},
               {"2025-12-30 03:00", "-"}},
              "last=1,daily=2,weekly=2,monthly=3,yearly=3", "2027-01-02 04:00");
}

TEST_CASE("weeks are those of ISO 8601") {
  check_table({{"2027-01-04 00:00", "weekly 2027-W01"},
               {"2027-01-03 23:59", "weekly 2026-W53"},
               {"2026-12-28 00:00", "-"},
               {"2026-12-27 00:00", "weekly 2026-W52"},
               {"2024-12-30 00:00", "weekly 2025-W01"},
               {"2024-12-29 00:00", "weekly 2024-W52"},
               {"2021-01-03 00:00", "weekly 2020-W53"}},
              "weekly=9", "2027-01-04 01:00");
}

TEST_CASE("hours are those of the clock on the wall") {
  check_table({{"2026-11-21 03:59", "hourly 2026-11-21 09:00"},
               {"2026-11-21 03:30", "-"},
               {"2026-11-21 03:29", "hourly 2026-11-21 08:00"}},
              "hourly=2", "2026-11-21 04:00", "Asia/Kolkata");
}

TEST_CASE("days are those of the zone on both sides of a change of the clock") {
  check_table({{"2026-03-29 22:00", "daily 2026-03-30"},
               {"2026-03-29 21:59", "daily 2026-03-29"},
               {"2026-03-28 23:00", "-"},
               {"2026-03-28 22:59", "daily 2026-03-28"}},
              "daily=3", "2026-03-30 00:00", "Europe/Berlin");
  check_table({{"2026-03-29 22:00", "daily 2026-03-29"},
               {"2026-03-29 21:59", "-"},
               {"2026-03-28 23:00", "daily 2026-03-28"},
               {"2026-03-28 22:59", "-"}},
              "daily=2", "2026-03-30 00:00", "UTC");
}

TEST_CASE("within counts back from the newest backup") {
  check_table({{"2026-11-10 03:00", "within 2d"}, {"2026-11-08 03:00", "within 2d"}, {"2026-11-08 02:59", "-"}},
              "within=2d", "2026-11-21 04:00");
}

TEST_CASE("within counts in months and years of the calendar as restic does") {
  check_table({{"2026-11-30 20:16", "within 6m"}, {"2026-08-22 21:16", "within 6m"}, {"2026-05-30 20:15", "-"}},
              "within=6m", "2026-11-30 21:00");
  // A day that the month does not have runs on into the next month: Go's AddDate makes 3 March of 31 February.
  check_table({{"2026-03-31 12:00", "within 1m"}, {"2026-03-03 12:00", "within 1m"}, {"2026-03-03 11:59", "-"}},
              "within=1m", "2026-03-31 13:00");
  check_table({{"2024-02-29 00:00", "within 1y"}, {"2023-03-01 00:00", "within 1y"}, {"2023-02-28 23:59", "-"}},
              "within=1y", "2024-02-29 01:00");
  check_table(
      {{"2026-11-21 03:00", "within 1y5m7d2h"}, {"2025-06-14 01:00", "within 1y5m7d2h"}, {"2025-06-14 00:59", "-"}},
      "within=2h7d5m1y", "2026-11-21 04:00");
}

TEST_CASE("days of within are those of the zone where the clock changed between them") {
  check_table({{"2026-03-29 10:00", "within 1d"}, {"2026-03-28 11:00", "within 1d"}, {"2026-03-28 10:59", "-"}},
              "within=1d", "2026-03-29 11:00", "Europe/Berlin");
  check_table({{"2026-03-29 10:00", "within 24h"}, {"2026-03-28 10:00", "within 24h"}, {"2026-03-28 09:59", "-"}},
              "within=24h", "2026-03-29 11:00", "Europe/Berlin");
}

TEST_CASE("backups of the same second all count") {
  std::vector<Candidate> candidates;
  for (const auto* name : {"b", "c", "a"}) candidates.push_back({name, utc("2026-11-21 03:00:09")});
  const auto decisions =
      decide(candidates, parse_keep("last=2,daily=1"), utc("2026-11-21 03:00:09"), schedule::TimeZone());
  REQUIRE(decisions.size() == 3);
  CHECK(candidates[decisions[0].candidate].name == "c");
  CHECK(decisions[0].reasons == std::vector<std::string>{"last 1", "daily 2026-11-21", "newest verified as streamed"});
  CHECK(decisions[1].reasons == std::vector<std::string>{"last 2"});
  CHECK_FALSE(decisions[2].keep);
}

TEST_CASE("a clock that was set back deletes nothing that is new") {
  check_table({{"2026-12-24 03:00", "dated in the future"},  // when the clock was wrong
               {"2026-11-21 03:00", "last 1 + within 48h"},
               {"2026-11-20 03:00", "within 48h"},
               {"2026-11-18 03:00", "-"}},
              "last=1,within=48h", "2026-11-21 04:00");
  check_table({{"2026-12-24 03:00", "dated in the future"}, {"2026-11-21 03:00", "last 1"}, {"2026-11-20 03:00", "-"}},
              "last=1", "2026-11-21 04:00");
}

TEST_CASE("pruning keeps the newest backup of the highest verification") {
  const std::vector<Candidate> candidates{{"old", utc("2026-11-17 03:00"), Proof::restored},
                                          {"proven", utc("2026-11-18 03:00"), Proof::restored},
                                          {"read", utc("2026-11-19 03:00"), Proof::read},
                                          {"new", utc("2026-11-20 03:00"), Proof::stored}};
  const auto decisions = decide(candidates, parse_keep("last=1"), utc("2026-11-21 03:00"), schedule::TimeZone());
  std::map<std::string, std::vector<std::string>> kept;
  for (const auto& decision : decisions)
    if (decision.keep) kept[candidates[decision.candidate].name] = decision.reasons;
  CHECK(kept == std::map<std::string, std::vector<std::string>>{{"new", {"last 1"}},
                                                                {"proven", {"newest verified as restored"}}});
}

TEST_CASE("without rules or backups nothing is deleted") {
  CHECK(decide({}, parse_keep("last=1"), utc("2026-11-21 03:00"), schedule::TimeZone()).empty());
  const std::vector<Candidate> candidates{{"a", utc("2026-11-17 03:00")}, {"b", utc("2026-11-18 03:00")}};
  for (const auto& decision : decide(candidates, KeepRules{}, utc("2026-11-21 03:00"), schedule::TimeZone()))
    CHECK(decision.keep);
}

TEST_CASE("keep rules are read as they are written") {
  const auto rules = parse_keep("last=7,hourly=24,daily=8,weekly=4,monthly=12,yearly=3,within=48h");
  CHECK(rules.last == 7);
  CHECK(rules.hourly == 24);
  CHECK(rules.daily == 8);
  CHECK(rules.weekly == 4);
  CHECK(rules.monthly == 12);
  CHECK(rules.yearly == 3);
  CHECK(rules.within == KeepPeriod{.hours = 48});
  CHECK(parse_keep("within=1y5m7d2h").within == KeepPeriod{.years = 1, .months = 5, .days = 7, .hours = 2});
  CHECK(parse_keep("daily=0,last=1").daily == 0);
  CHECK_FALSE(parse_keep("last=1").within);
}

TEST_CASE("an invalid keep rule is refused with its invalid part") {
  const std::map<std::string, std::string> refused{
      {"dayly=7", "rule 'dayly=7': unknown"},
      {"last=7,", "rule '': unknown"},
      {"", "rule '': unknown"},
      {"last=7,daily=-1", "rule 'daily=-1': not a number from 0 to 1000000"},
      {"last=seven", "rule 'last=seven': not a number from 0 to 1000000"},
      {"last", "rule 'last': not a number from 0 to 1000000"},
      {"last=7,last=8", "rule 'last=8': it is given twice"},
      {"within=48", "rule 'within=48': not a valid period, such as 48h, 14d, 6m or 1y5m7d2h"},
      {"within=6min", "rule 'within=6min': not a valid period, such as 48h, 14d, 6m or 1y5m7d2h"},
      {"within=90s", "rule 'within=90s': not a valid period, such as 48h, 14d, 6m or 1y5m7d2h"},
      {"within=2w", "rule 'within=2w': not a valid period, such as 48h, 14d, 6m or 1y5m7d2h"},
      {"within=0d", "rule 'within=0d': not a valid period, such as 48h, 14d, 6m or 1y5m7d2h"},
      {"within=-1d", "rule 'within=-1d': not a valid period, such as 48h, 14d, 6m or 1y5m7d2h"},
      {"within=1d1d", "rule 'within=1d1d': not a valid period, such as 48h, 14d, 6m or 1y5m7d2h"},
      {"within=101y", "rule 'within=101y': not a valid period, such as 48h, 14d, 6m or 1y5m7d2h"},
      {"last=0,daily=0", "rule 'last=0,daily=0': it keeps nothing"},
  };
  for (const auto& [text, message] : refused) {
    CAPTURE(text);
    const auto error = error_of([&] { parse_keep(text); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::usage);
    CHECK(error->message() == message);
    CHECK_FALSE(error->hint().empty());
  }
}

namespace {

/// Backups and rules as they may come, many at the same times.
struct Sample {
  std::vector<Candidate> candidates;
  KeepRules rules;
  WallTime now;
  schedule::TimeZone zone;
};

Sample sample(std::mt19937& random) {
  const auto upto = [&](int n) { return std::uniform_int_distribution<int>(0, n)(random); };
  static const std::array<schedule::TimeZone, 3> zones{schedule::TimeZone::named("Europe/Berlin"),
                                                       schedule::TimeZone::named("Australia/Lord_Howe"),
                                                       schedule::TimeZone()};
  Sample out{{}, {}, utc("2026-11-01 00:00") + hours(upto(100)), zones[static_cast<std::size_t>(upto(2))]};
  const std::array spreads{7200, 86400 * 3, 86400 * 100, 86400 * 2000};
  const int spread = spreads[static_cast<std::size_t>(upto(3))];
  for (int i = upto(40); i >= 0; i--)
    out.candidates.push_back(
        {std::to_string(i), out.now + hours(10) - seconds(upto(spread)), static_cast<Proof>(upto(3))});
  for (auto* count :
       {&out.rules.last, &out.rules.hourly, &out.rules.daily, &out.rules.weekly, &out.rules.monthly, &out.rules.yearly})
    if (upto(2) == 0) *count = upto(6);
  if (upto(2) == 0) out.rules.within = KeepPeriod{.months = upto(2), .hours = 1 + upto(spread) / 3600};
  return out;
}

std::set<std::string> kept(const Sample& sample) {
  std::set<std::string> out;
  for (const auto& decision : decide(sample.candidates, sample.rules, sample.now, sample.zone))
    if (decision.keep) out.insert(sample.candidates[decision.candidate].name);
  return out;
}

bool has_rule(const KeepRules& rules) {
  return rules.within || rules.last + rules.hourly + rules.daily + rules.weekly + rules.monthly + rules.yearly > 0;
}

}  // namespace

TEST_CASE("any rules keep the newest backup and the newest of the highest verification") {
  std::mt19937 random(11);
  for (int i = 0; i < 2000; i++) {
    const auto given = sample(random);
    const auto names = kept(given);
    const auto best = std::ranges::max_element(given.candidates, [](const auto& left, const auto& right) {
      return std::tie(left.proof, left.time, left.name) < std::tie(right.proof, right.time, right.name);
    });
    const auto newest = std::ranges::max_element(given.candidates, [](const auto& left, const auto& right) {
      return std::tie(left.time, left.name) < std::tie(right.time, right.name);
    });
    REQUIRE(names.contains(best->name));
    REQUIRE(names.contains(newest->name));
  }
}

TEST_CASE("a rule that is added or widened never keeps less") {
  std::mt19937 random(12);
  for (int i = 0; i < 2000; i++) {
    auto given = sample(random);
    if (!has_rule(given.rules)) continue;
    const auto before = kept(given);
    const std::array counts{&KeepRules::last,   &KeepRules::hourly,  &KeepRules::daily,
                            &KeepRules::weekly, &KeepRules::monthly, &KeepRules::yearly};
    given.rules.*counts[static_cast<std::size_t>(i) % counts.size()] += 1 + i % 3;
    if (i % 5 == 0) {
      auto within = given.rules.within.value_or(KeepPeriod{});
      within.hours += 10;
      given.rules.within = within;
    }
    REQUIRE(std::ranges::includes(kept(given), before));
  }
}

TEST_CASE("a kept backup is kept by the next decision") {
  std::mt19937 random(13);
  for (int i = 0; i < 2000; i++) {
    auto given = sample(random);
    const auto first = kept(given);
    std::erase_if(given.candidates, [&](const auto& candidate) { return !first.contains(candidate.name); });
    REQUIRE(kept(given) == first);
  }
}
