#include "tests/crash/runs.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <random>

namespace sidekick::test {

int crash_runs() {
  const char* asked = std::getenv("CRASH_RUNS");
  return asked ? std::atoi(asked) : 20;
}

unsigned crash_seed() {
  const char* asked = std::getenv("CRASH_SEED");
  const auto seed = asked ? static_cast<unsigned>(std::strtoul(asked, nullptr, 10)) : std::random_device()();
  WARN("CRASH_SEED=" << seed);
  return seed;
}

}  // namespace sidekick::test
