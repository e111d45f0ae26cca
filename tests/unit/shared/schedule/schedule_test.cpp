#include "schedule/schedule.hpp"

#include <catch2/catch_test_macros.hpp>

#include <iomanip>
#include <random>
#include <sstream>

#include "tests/unit/shared/schedule/zones.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::schedule;
using namespace std::chrono;
using test::error_of;

namespace {

/// "2026-11-21 03:15" as UTC.
sys_seconds utc(const std::string& text) {
  std::tm fields{};
  std::istringstream(text) >> std::get_time(&fields, "%Y-%m-%d %H:%M");
  return sys_seconds(seconds(::timegm(&fields)));
}

std::string text_of(sys_seconds time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm fields{};
  ::gmtime_r(&seconds, &fields);
  std::ostringstream out;
  out << std::put_time(&fields, "%Y-%m-%d %H:%M");
  if (fields.tm_sec != 0) out << ':' << fields.tm_sec;
  return out.str();
}

std::string next(const char* schedule, const std::string& after, const char* zone = "UTC") {
  const auto due = Schedule::parse(schedule).next_after(utc(after), zone);
  return due ? text_of(*due) : "never";
}

std::string refusal(const char* schedule) {
  const auto error = error_of([&] { Schedule::parse(schedule); });
  if (!error) return "taken";
  CHECK(error->kind() == ErrorKind::usage);
  CHECK_FALSE(error->hint().empty());
  return error->message();
}

}  // namespace

TEST_CASE("a schedule of five fields is due at the next minute that fits all of them") {
  CHECK(next("0 3 * * *", "2026-11-21 02:59") == "2026-11-21 03:00");
  CHECK(next("0 3 * * *", "2026-11-21 03:00") == "2026-11-22 03:00");
  CHECK(next("*/15 * * * *", "2026-11-21 03:07") == "2026-11-21 03:15");
  CHECK(next("10-20/5,50 4,16 * * *", "2026-11-21 04:15") == "2026-11-21 04:20");
  CHECK(next("10-20/5,50 4,16 * * *", "2026-11-21 04:50") == "2026-11-21 16:10");
  CHECK(next("7/20 * * * *", "2026-11-21 03:28") == "2026-11-21 03:47");
  CHECK(next("0 0 1 jan *", "2026-11-21 00:00") == "2027-01-01 00:00");
  CHECK(next("0 0 * FEB-mar Mon", "2026-11-21 00:00") == "2027-02-01 00:00");
  CHECK(next("59 23 31 12 *", "2026-12-31 23:58") == "2026-12-31 23:59");
  CHECK(next("  0\t3  * * * ", "2026-11-21 02:59") == "2026-11-21 03:00");
}

TEST_CASE("Sunday is 0 and 7 and may end a range") {
  for (const auto* line : {"0 3 * * 0", "0 3 * * 7", "0 3 * * sun", "0 3 * * 7-7"})
    CHECK(next(line, "2026-11-16 03:00") == "2026-11-22 03:00");
  for (const auto* line : {"0 3 * * 6-7", "0 3 * * sat-sun", "0 3 * * 6,0"}) {
    CHECK(next(line, "2026-11-16 03:00") == "2026-11-21 03:00");
    CHECK(next(line, "2026-11-21 03:00") == "2026-11-22 03:00");
    CHECK(next(line, "2026-11-22 03:00") == "2026-11-28 03:00");
  }
}

TEST_CASE("where both days are restricted one of them is enough") {
  CHECK(next("0 0 13 * fri", "2026-11-01 00:00") == "2026-11-06 00:00");
  CHECK(next("0 0 15 * fri", "2026-11-13 00:00") == "2026-11-15 00:00");
  CHECK(next("0 0 */2 * mon", "2026-11-02 00:00") == "2026-11-09 00:00");  // '*' first: both must fit
  CHECK(next("0 0 30 2 fri", "2026-02-20 00:00") == "2026-02-27 00:00");
}

TEST_CASE("nicknames stand for their lines") {
  CHECK(next("@yearly", "2026-11-21 10:30") == "2027-01-01 00:00");
  CHECK(next("@annually", "2026-11-21 10:30") == "2027-01-01 00:00");
  CHECK(next("@monthly", "2026-11-21 10:30") == "2026-12-01 00:00");
  CHECK(next("@weekly", "2026-11-21 10:30") == "2026-11-22 00:00");
  CHECK(next("@daily", "2026-11-21 10:30") == "2026-11-22 00:00");
  CHECK(next("@midnight", "2026-11-21 10:30") == "2026-11-22 00:00");
  CHECK(next("@hourly", "2026-11-21 10:30") == "2026-11-21 11:00");
  CHECK(next("@every 6h", "2026-11-21 10:30") == "2026-11-21 16:30");
  CHECK(next("@every 1d12h", "2026-11-21 10:30") == "2026-11-22 22:30");
  CHECK(Schedule::parse("@daily").text() == "@daily");
}

TEST_CASE("29 February is due in leap years only") {
  CHECK(next("0 0 29 2 *", "2026-11-21 00:00") == "2028-02-29 00:00");
  CHECK(next("0 0 29 2 *", "2096-02-29 00:00") == "2104-02-29 00:00");
}

TEST_CASE("a wrong schedule is refused with the name of its field") {
  CHECK(refusal("0 25 * * *") == "hour '25': not within 0 to 23");
  CHECK(refusal("60 * * * *") == "minute '60': not within 0 to 59");
  CHECK(refusal("* * 0 * *") == "day-of-month '0': not within 1 to 31");
  CHECK(refusal("* * * 13 *") == "month '13': not within 1 to 12");
  CHECK(refusal("* * * * 8") == "day-of-week '8': not within 0 to 7");
  CHECK(refusal("* * * * mondey") == "day-of-week 'mondey': 'mondey' is not a valid value");
  CHECK(refusal("* * * mon *") == "month 'mon': 'mon' is not a valid value");
  CHECK(refusal("5-1 * * * *") == "minute '5-1': the range ends before it starts");
  CHECK(refusal("*/0 * * * *") == "minute '*/0': the step is not within 1 to 59");
  CHECK(refusal("* */24 * * *") == "hour '*/24': the step is not within 1 to 23");
  CHECK(refusal("1,,2 * * * *") == "minute '1,,2': a value is missing");
  CHECK(refusal("1- * * * *") == "minute '1-': a value is missing");
  CHECK(refusal("-1 * * * *") == "minute '-1': a value is missing");
  CHECK(refusal("* 1/ * * *") == "hour '1/': a value is missing");
  CHECK(refusal("99999999999999999999 * * * *") == "minute '99999999999999999999': not within 0 to 59");
}

TEST_CASE("what is no schedule is refused") {
  CHECK(refusal("") == "schedule '': it is empty");
  CHECK(refusal("0 3 * *") == "schedule '0 3 * *': there are 4 fields instead of 5");
  CHECK(refusal("0 0 3 * * *") == "schedule '0 0 3 * * *': there are 6 fields instead of 5");
  CHECK(refusal("@dayly") == "schedule '@dayly': '@dayly' is unknown");
  for (const auto* line : {"@every", "@every 0s", "@every 6", "@every 6h 1m", "@every -6h", "@every 9000d"})
    CHECK(refusal(line) ==
          std::string("schedule '") + line + "': @every needs a duration of at least a second, such as 6h or 1d12h");
}

TEST_CASE("a date that no month has is refused and not waited for") {
  CHECK(refusal("0 0 30 2 *") == "schedule '0 0 30 2 *': day-of-month '30': not in month '2'");
  CHECK(refusal("0 0 31 2,4,jun,9,11 *") ==
        "schedule '0 0 31 2,4,jun,9,11 *': day-of-month '31': not in month '2,4,jun,9,11'");
  CHECK(refusal("0 0 31 1,2 *") == "taken");
}

TEST_CASE("a time that clocks put forward leave out is due when they have been") {
  CHECK(next("30 2 * * *", "2026-03-28 12:00", "Europe/Berlin") == "2026-03-29 01:00");
  CHECK(next("30 2 * * *", "2026-03-29 01:00", "Europe/Berlin") == "2026-03-30 00:30");
  CHECK(next("0 3 * * *", "2026-03-28 12:00", "Europe/Berlin") == "2026-03-29 01:00");
  CHECK(next("0 3 * * *", "2026-03-29 01:00", "Europe/Berlin") == "2026-03-30 01:00");
  CHECK(next("30 2 * * *", "2026-03-08 00:00", "America/New_York") == "2026-03-08 07:00");
  CHECK(next("15 2 * * *", "2026-10-03 00:00", "Australia/Lord_Howe") == "2026-10-03 15:30");
  CHECK(next("0 0 * * *", "2026-09-05 12:00", "America/Santiago") == "2026-09-06 04:00");
}

TEST_CASE("a time that comes twice is due the first time only") {
  CHECK(next("30 2 * * *", "2026-10-24 12:00", "Europe/Berlin") == "2026-10-25 00:30");
  CHECK(next("30 2 * * *", "2026-10-25 00:30", "Europe/Berlin") == "2026-10-26 01:30");
  CHECK(next("0,30 1,2,3 * * *", "2026-10-25 00:30", "Europe/Berlin") == "2026-10-25 02:00");
  CHECK(next("30 1 * * *", "2026-11-01 05:30", "America/New_York") == "2026-11-02 06:30");
}

TEST_CASE("what runs in every hour follows the time that passes") {
  CHECK(next("30 * * * *", "2026-03-29 00:30", "Europe/Berlin") == "2026-03-29 01:30");
  CHECK(next("30 * * * *", "2026-10-25 00:30", "Europe/Berlin") == "2026-10-25 01:30");
  CHECK(next("@every 1h", "2026-10-25 00:30", "Europe/Berlin") == "2026-10-25 01:30");
}

namespace {

using Minutes = std::int64_t;  // plain numbers: there are millions of them to look at

/// What the C library's clock shows at every minute from `from` to `until`.
std::vector<Minutes> clock_of(const char* zone, sys_seconds from, sys_seconds until) {
  const test::LibraryZone library(zone);
  std::vector<Minutes> out;
  for (auto time = from; time < until; time += 1min)
    out.push_back((time.time_since_epoch().count() + library.local(time).tm_gmtoff) / 60);
  return out;
}

/// The rules told anew, and slowly: every minute is asked.
class MinuteByMinute {
 public:
  explicit MinuteByMinute(const char* line) {
    std::istringstream in(line);
    for (auto& field : fields_) in >> field;
    for (int i = 0; i < 60; i++) {
      minutes_[static_cast<std::size_t>(i)] = has(fields_[0], 0, i);
      hours_[static_cast<std::size_t>(i)] = has(fields_[1], 0, i);
    }
  }

  /// `clock` begins a minute before `from`.
  std::vector<sys_seconds> due(const std::vector<Minutes>& clock, sys_seconds from) const {
    const bool every_hour = fields_[1] == "*";
    std::vector<sys_seconds> out;
    Minutes before = clock.front(), latest = before;
    for (std::size_t i = 1; i < clock.size(); i++) {
      const auto shown = clock[i];
      bool is_due = (every_hour || shown > latest) && fits(shown);
      if (!every_hour)
        for (auto left_out = before + 1; left_out < shown; left_out++)
          is_due = is_due || (left_out > latest && fits(left_out));
      before = shown;
      latest = std::max(latest, shown);
      if (is_due) out.push_back(from + minutes(i - 1));
    }
    return out;
  }

 private:
  /// Only what the schedules of this test are written with: '*', '*/n', n and lists of n.
  static bool has(const std::string& field, int least, int value) {
    if (field == "*") return true;
    if (field.starts_with("*/")) return (value - least) % std::stoi(field.substr(2)) == 0;
    std::istringstream in(field);
    for (std::string one; std::getline(in, one, ',');)
      if (std::stoi(one) == value) return true;
    return false;
  }

  bool fits(Minutes time) const {
    if (!minutes_[static_cast<std::size_t>(time % 60)]) return false;
    if (!hours_[static_cast<std::size_t>(time / 60 % 24)]) return false;
    const local_days day{days(time / (24 * 60))};
    const year_month_day date(day);
    const bool by_date = has(fields_[2], 1, static_cast<int>(static_cast<unsigned>(date.day())));
    const bool by_weekday = has(fields_[4], 0, static_cast<int>(weekday(day).c_encoding()));
    const bool either = fields_[2][0] != '*' && fields_[4][0] != '*';
    return has(fields_[3], 1, static_cast<int>(static_cast<unsigned>(date.month()))) &&
           (either ? by_date || by_weekday : by_date && by_weekday);
  }

  std::array<std::string, 5> fields_;
  std::array<bool, 60> minutes_{}, hours_{};
};

}  // namespace

TEST_CASE("no run is lost and none doubled in years of changes of the clock") {
  constexpr std::array lines{"30 2 * * *", "0 3 * * *",   "*/20 1,2 * * *",   "15 * * * *",    "0 0 * * *",
                             "45 1 * * 0", "0 */6 * * *", "10,40 2 1,25 * 0", "59 23 */3 * *", "5 2 29 3,10 *"};
  auto year = 2026y;  // each zone has another one
  for (const auto* zone_name : test::zones) {
    const auto zone = TimeZone::named(zone_name);
    const sys_seconds from = sys_days(year / 1 / 1), until = sys_days(++year / 1 / 1);
    const auto clock = clock_of(zone_name, from - 1min, until);
    for (const auto* line : lines) {
      CAPTURE(zone_name, line);
      const auto schedule = Schedule::parse(line);
      std::vector<sys_seconds> times;
      for (auto at = schedule.next_after(from - 1s, zone); at && *at < until; at = schedule.next_after(*at, zone))
        times.push_back(*at);
      REQUIRE(times == MinuteByMinute(line).due(clock, from));
    }
  }
}

TEST_CASE("the next time is the same from wherever before it one asks") {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> steps(1, 40'000);
  const auto zone = TimeZone::named("Europe/Berlin");
  for (const auto* line : {"30 2 * * *", "*/20 1,2 * * *", "15 * * * *"}) {
    const auto schedule = Schedule::parse(line);
    auto due = schedule.next_after(sys_days(2026y / 3 / 20), zone);
    for (sys_seconds at = sys_days(2026y / 3 / 20); at < sys_days(2026y / 11 / 1); at += seconds(steps(random))) {
      while (*due <= at) due = schedule.next_after(*due, zone);
      REQUIRE(schedule.next_after(at, zone) == due);
    }
  }
}
