#include "tests/integration/generated.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/fixtures.hpp"
#include "tests/support/test_lists.hpp"

namespace sidekick::test {

void add_generated_tests() {
  add_bad_input_tests();
  if (!fixtures_folder()) return;
  add_good_dump_tests();
  add_broken_archive_tests();
  add_flag_tests();
  add_verify_tests();
  add_dump_tests();
}

}  // namespace sidekick::test

TEST_CASE("the fixtures are there") {
  if (!sidekick::test::fixtures_folder()) SKIP("no ../shared/fixtures beside the repository: their tests are left out");
}
