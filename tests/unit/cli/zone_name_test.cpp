#include "agent/cli/zone_name.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

#include "schedule/time_zone.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::cli;
namespace fs = std::filesystem;

TEST_CASE("TZ counts before the zone of the machine, also where it is empty") {
  const test::TemporaryFolder folder;
  fs::create_symlink("/usr/share/zoneinfo/Asia/Tokyo", folder / "localtime");
  CHECK(zone_name({{"TZ", "Europe/Berlin"}}, folder / "localtime") == "Europe/Berlin");
  CHECK(zone_name({{"TZ", ""}}, folder / "localtime").empty());
}

TEST_CASE("without TZ the zone is that of the machine") {
  const test::TemporaryFolder folder;
  CHECK(zone_name({}, folder / "localtime").empty());
  fs::create_symlink("/usr/share/zoneinfo/Asia/Tokyo", folder / "localtime");
  CHECK(zone_name({}, folder / "localtime") == "Asia/Tokyo");
  // A container gets the file itself, and cannot know its name.
  fs::copy_file("/usr/share/zoneinfo/Asia/Tokyo", folder / "mounted");
  const auto name = zone_name({}, folder / "mounted");
  CHECK(name == folder / "mounted");
  CHECK(schedule::TimeZone::named(name).span_at({}).offset == std::chrono::hours(9));
}
