#include "agent/runtime/lifecycle.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

#include "sidekick/error.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::runtime;

TEST_CASE("a time zone is a file of zoneinfo, UTC, or a POSIX rule") {
  const test::TemporaryFolder zoneinfo;
  std::filesystem::create_directory(zoneinfo / "Europe");
  zoneinfo.file("Europe/Berlin", "TZif2");
  for (const auto tz : {"Europe/Berlin", ":Europe/Berlin", "UTC", "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3"})
    CHECK_NOTHROW(check_time_zone(tz, zoneinfo / ""));
}

TEST_CASE("an unknown time zone is an error of configuration and not UTC") {
  const test::TemporaryFolder zoneinfo;
  std::filesystem::create_directory(zoneinfo / "Europe");
  for (const auto tz : {"Europe/Berln", "Europe", "MESZ", "12", "<x>3"}) {
    try {
      check_time_zone(tz, zoneinfo / "");
      FAIL("'" << tz << "' was taken");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::config);
      CHECK(error.message() == "unknown time zone '" + std::string(tz) + "' (TZ)");
    }
  }
}
