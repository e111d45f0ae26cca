#include "agent/cli/command_words.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::cli;

using Words = std::vector<std::string>;

TEST_CASE("what stands behind the first two dashes is the command") {
  const auto words = split_at_command({"tcp://a:1", "--any", "--", "sh", "--", "-c"});
  CHECK(words.ours == Words{"tcp://a:1", "--any"});
  CHECK(words.command == Words{"sh", "--", "-c"});
}

TEST_CASE("without two dashes there is no command") {
  CHECK(split_at_command({"tcp://a:1"}).ours == Words{"tcp://a:1"});
  CHECK_FALSE(split_at_command({"tcp://a:1"}).command);
  CHECK_FALSE(split_at_command({}).command);
}

TEST_CASE("two dashes with nothing behind them are refused") {
  const auto error = test::error_of([] { split_at_command({"tcp://a:1", "--"}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(test::mentions(*error, "CMD"));
}
