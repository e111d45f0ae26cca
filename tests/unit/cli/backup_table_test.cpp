#include <catch2/catch_test_macros.hpp>

#include "agent/cli/backup/table.hpp"
#include "tests/unit/shared/storage/sample.hpp"

using namespace sidekick;
using namespace sidekick::cli;

TEST_CASE("a backup is shown with what it holds below each other and whether it is of one moment") {
  auto manifest = test::sample_manifest("shop-20261121T031500Z-0011aabb.mongodb.archive.zst", "shop");
  manifest.consistent = true;
  const auto text = show_text(manifest, "", manifest.finished, schedule::TimeZone());
  CHECK(text.find("consistent:     yes\n") != std::string::npos);
  CHECK(text.find("holds:          5 documents in 2 collections\n"
                  "                  shop.fruits 3\n"
                  "                  shop.\"o\" 2\n") != std::string::npos);
  manifest.consistent = false;
  CHECK(show_text(manifest, "", manifest.finished, schedule::TimeZone())
            .find("consistent:     no, its parts may be of different") != std::string::npos);
}

TEST_CASE("no text of a manifest reaches a terminal that would obey it") {
  auto manifest = test::sample_manifest("shop-20261121T031500Z-0011aabb.mongodb.archive.zst", "shop");
  const std::string evil =
      "\x1b]0;owned\x07 \xc2\x9b"
      "31m \x7f \xe2\x80\xae \xff";
  manifest.source = manifest.unit = manifest.server_version = manifest.tool_version = manifest.compression = evil;
  manifest.collections = {{evil, 1}};
  manifest.warnings = {evil};
  const storage::Entry entry{{*storage::parse_backup_name(manifest.name), manifest.bytes}, manifest, {}};
  const storage::Entry unreadable{entry.listed, {}, Error(ErrorKind::data, evil)};
  auto plan = backup::PrunePlan();
  plan.decisions.push_back({backup::PruneDecision::What::keep, evil, {evil}, 1});
  for (const auto& text : {show_text(manifest, evil, manifest.finished, {}), list_text({entry, unreadable}, {}, {}),
                           decisions_text(plan)}) {
    CHECK(text.find_first_of("\x1b\x07\x7f\xff") == std::string::npos);
    CHECK(text.find("\xc2\x9b") == std::string::npos);
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
  }
  CHECK(show_text(manifest, "", manifest.finished, {}).find("\\x1b]0;owned\\x07 \\xc2\\x9b31m") != std::string::npos);
  CHECK(list_json({entry, unreadable}).find("\xc2\x9b") == std::string::npos);
}
