#include "schedule/time_zone.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>

#include "tests/unit/shared/schedule/zones.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::schedule;
using namespace std::chrono;
using test::error_of;

namespace {

seconds offset(std::string_view zone, sys_days day, seconds time = 0s) {
  return TimeZone::named(zone).span_at(day + time).offset;
}

}  // namespace

TEST_CASE("the offset of a zone is that of the C library at any time from 1900 to 2400") {
  std::mt19937_64 random(1);
  for (const auto* name : test::zones) {
    CAPTURE(name);
    const auto zone = TimeZone::named(name);
    const test::LibraryZone library(name);
    // The GNU C library does not work out a rule for the years up to 1970.
    const sys_seconds first =
        sys_days((std::string_view(name).find(',') == std::string_view::npos ? 1900y : 1971y) / 1 / 1);
    const sys_seconds last = sys_days(2400y / 1 / 1);
    std::uniform_int_distribution<std::int64_t> times(0, (last - first).count());
    for (int i = 0; i < 10'000; i++) {
      const auto time = first + seconds(times(random));
      const auto span = zone.span_at(time);
      if (span.offset != seconds(library.local(time).tm_gmtoff)) FAIL("at " << time.time_since_epoch().count());
      if (time < span.begin || time >= span.end) FAIL("outside of its span: " << time.time_since_epoch().count());
    }
  }
}

TEST_CASE("spans follow each other without a gap and change where the C library changes") {
  for (const auto* name : test::zones) {
    CAPTURE(name);
    const auto zone = TimeZone::named(name);
    const test::LibraryZone library(name);
    int seen = 0;
    for (sys_seconds at = sys_days(2020y / 1 / 1); at < sys_days(2060y / 1 / 1); seen++) {
      const auto span = zone.span_at(at);
      if (span.end == sys_seconds::max()) break;
      const auto next = zone.span_at(span.end);
      REQUIRE(next.begin == span.end);
      REQUIRE(library.local(span.end - 1s).tm_gmtoff == span.offset.count());
      REQUIRE(library.local(span.end).tm_gmtoff == next.offset.count());
      at = span.end;
    }
    const bool changes = std::string_view(name) != "UTC" && std::string_view(name) != "Asia/Kolkata";
    CHECK((seen >= 79) == changes);
  }
}

TEST_CASE("zones have the offsets that are known of them") {
  CHECK(offset("Europe/Berlin", 2026y / 1 / 15) == 1h);
  CHECK(offset("Europe/Berlin", 2026y / 3 / 29, 59min + 59s) == 1h);
  CHECK(offset("Europe/Berlin", 2026y / 3 / 29, 1h) == 2h);
  CHECK(offset("Europe/Berlin", 2299y / 7 / 1) == 2h);
  CHECK(offset("America/New_York", 2026y / 7 / 1) == -4h);
  CHECK(offset("Asia/Kolkata", 2026y / 7 / 1) == 5h + 30min);
  CHECK(offset("Australia/Lord_Howe", 2026y / 1 / 1) == 11h);
  CHECK(offset("Australia/Lord_Howe", 2026y / 7 / 1) == 10h + 30min);
  CHECK(offset("CET-1CEST,M3.5.0,M10.5.0/3", 2026y / 7 / 1) == 2h);
  CHECK(offset("CET-1CEST,M3.5.0,M10.5.0/3", 2026y / 12 / 1) == 1h);
  CHECK(offset("<+03>-3", 2026y / 12 / 1) == 3h);
  CHECK(offset(":Europe/Berlin", 2026y / 7 / 1) == 2h);
  CHECK(offset("UTC", 2026y / 7 / 1) == 0s);
  CHECK(offset("", 2026y / 7 / 1) == 0s);
}

TEST_CASE("a summer that lasts the whole year never ends") {
  const auto zone = TimeZone::named("XXX3EDT4,0/0,J365/23");
  for (const auto day : {sys_days(2026y / 1 / 1), sys_days(2026y / 7 / 1), sys_days(2024y / 12 / 31)})
    for (const auto time : {0s, seconds(3h), seconds(23h + 59min)}) CHECK(zone.span_at(day + time).offset == -4h);
}

TEST_CASE("UTC is there where no database is") {
  const test::TemporaryFolder nothing;
  CHECK(TimeZone::named("UTC", nothing / "").span_at(sys_days(2026y / 1 / 1)).offset == 0s);
  CHECK(TimeZone::named("UTC0", nothing / "").span_at(sys_days(2026y / 1 / 1)).offset == 0s);
}

TEST_CASE("what is no zone is an error of configuration that names it") {
  for (const auto* name :
       {"Europe/Berln", "Europe", "MESZ", "12", "<x>3", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M1.1.0",
        "CET-1CEST,M3.6.0,M1.1.0", "CET-1CEST,J0,J1", "CET-1CEST,M3.5.0,M10.5.0/168", "CET-25", "../../etc"}) {
    CAPTURE(name);
    const auto error = error_of([&] { TimeZone::named(name); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
    CHECK(test::mentions(*error, std::string("'") + name + "'"));
  }
}

TEST_CASE("a damaged zone file is an error wherever it is cut") {
  const test::TemporaryFolder folder;
  std::ifstream in("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(in), {});
  REQUIRE(whole.size() > 100);
  folder.file("Whole", whole);
  CHECK_NOTHROW(TimeZone::named("Whole", folder / ""));
  for (std::size_t n = 0; n < whole.size(); n += 7) {
    const auto error = error_of([&] { parse_zone_file(std::string_view(whole).substr(0, n), "Cut"); });
    REQUIRE(error);
    REQUIRE(error->kind() == ErrorKind::config);
  }
  folder.file("Text", "Europe/Berlin\n");
  const auto error = error_of([&] { TimeZone::named("Text", folder / ""); });
  REQUIRE(error);
  CHECK(error->message() == "cannot read the time zone file 'Text': it is none");
}

TEST_CASE("a zone file with any byte changed is read or refused and never worse") {
  std::ifstream in("/usr/share/zoneinfo/Australia/Lord_Howe", std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(in), {});
  for (std::size_t n = 0; n < whole.size(); n++) {
    auto damaged = whole;
    damaged[n] = static_cast<char>(~damaged[n]);
    if (const auto error = error_of([&] { parse_zone_file(damaged, "Damaged"); }))
      REQUIRE(error->kind() == ErrorKind::config);
  }
}
