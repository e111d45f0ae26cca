/// Programs of Debian that read what we write.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <string>

#include "tests/support/process.hpp"

namespace sidekick::test {

/// Leaves the test out where `program` is not installed; in CI it fails.
inline void need_program(const std::string& program) {
  const bool found = run({{"sh", "-c", "command -v \"$1\"", "sh", program}}, std::chrono::seconds(10)).exit_code == 0;
  if (found) return;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") FAIL("no " << program << " here: docker/install-packages unit");
  SKIP("no " << program << " here: docker/install-packages unit");
}

/// What a program that must succeed writes.
inline std::string output_of(std::vector<std::string> words, const std::filesystem::path& input = "/dev/null") {
  const Finished ended = run({std::move(words), {}, input}, std::chrono::seconds(60));
  INFO(ended.describe());
  REQUIRE(ended.exit_code == 0);
  return ended.out;
}

}  // namespace sidekick::test
