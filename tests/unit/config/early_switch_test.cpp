#include "agent/config/early_switch.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick::config;

namespace {

Schema schema_with(std::vector<Setting> settings) {
  return {.command = "x",
          .summary = "",
          .arguments = "",
          .description = "",
          .settings = std::move(settings),
          .file_keys = {}};
}

bool parks(const std::vector<std::string>& words, const Environment& environment = {}) {
  const auto schema =
      schema_with({{.name = "park", .arity = Arity::flag}, {.name = "other", .value_name = "TEXT", .help = ""}});
  return early_switch(schema, "park", words, environment);
}

}  // namespace

TEST_CASE("an early switch is set by every way to write it, whatever else is invalid") {
  for (const auto* word : {"--park", "--park=true", "--park=1", "--park=yes", "--park=on"})
    CHECK(parks({"--bogus", word, "--other="}));
  CHECK(parks({}, {{"SIDEKICK_PARK", "1"}}));
  CHECK_FALSE(parks({}));
  CHECK_FALSE(parks({"--parking", "park", "-park", "--park=maybe"}));
  CHECK_FALSE(parks({}, {{"SIDEKICK_PARK", ""}}));
}

TEST_CASE("a flag beats the variable of an early switch, and the last flag counts") {
  CHECK_FALSE(parks({"--park=false"}, {{"SIDEKICK_PARK", "1"}}));
  CHECK(parks({"--park=false", "--park"}));
  CHECK_FALSE(parks({"--park", "--park=no"}));
}

TEST_CASE("the words of a command do not set an early switch") {
  CHECK_FALSE(parks({"--", "--park"}));
}

TEST_CASE("a command without the switch does not have it set by the environment") {
  CHECK_FALSE(early_switch(schema_with({}), "park", {"--park"}, {{"SIDEKICK_PARK", "1"}}));
}
