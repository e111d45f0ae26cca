#include "agent/cli/backup_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/storage/sample.hpp"

using namespace sidekick;
using namespace sidekick::cli;

TEST_CASE("a backup is shown with what it holds below each other and whether it is of one moment") {
  auto manifest = test::sample_manifest("shop-20261121T031500Z-0011aabb.mongodb.archive.zst", "shop");
  manifest.consistent = true;
  const auto text = show_text(manifest, manifest.finished, backup::TimeZone());
  CHECK(text.find("consistent:     yes\n") != std::string::npos);
  CHECK(text.find("holds:          5 documents in 2 collections\n"
                  "                  shop.fruits 3\n"
                  "                  shop.\"o\" 2\n") != std::string::npos);
  manifest.consistent = false;
  CHECK(show_text(manifest, manifest.finished, backup::TimeZone()).find("consistent:     no, it may be of several") !=
        std::string::npos);
}
