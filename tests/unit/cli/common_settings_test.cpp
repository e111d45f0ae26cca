#include "agent/cli/common_settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include "agent/config/resolve.hpp"
#include "sidekick/error.hpp"

using namespace sidekick;
using namespace sidekick::cli;
using namespace std::chrono_literals;

namespace {

config::Values told(const std::vector<std::string>& words) {
  return config::resolve({.command = "test",
                          .summary = "",
                          .arguments = "",
                          .description = "",
                          .settings = common_settings(),
                          .file_keys = {}},
                         words, {})
      .values;
}

ErrorKind kind_of(const std::vector<std::string>& words) {
  try {
    const auto values = told(words);
    policy_of(values);
    log_level_of(values);
    lost_after_of(values);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

}  // namespace

TEST_CASE("without flags the retries last five minutes and nothing else is limited") {
  const auto policy = policy_of(told({}));
  CHECK(policy.retry.retry_for == 5min);
  CHECK_FALSE(policy.retry.retries);
  CHECK_FALSE(policy.timeout);
  CHECK_FALSE(policy.attempt_timeout);
  CHECK(policy.settle == 0s);
  CHECK(policy.after_permanent == runtime::AfterPermanent::end);
}

TEST_CASE("every limit reaches the policy") {
  const auto policy = policy_of(
      told({"--retries=3", "--retry-for=1h30m", "--timeout=2h", "--attempt-timeout=500ms", "--settle=6s", "--park"}));
  CHECK(policy.retry.retries == 3);
  CHECK(policy.retry.retry_for == 90min);
  CHECK(policy.timeout == 2h);
  CHECK(policy.attempt_timeout == 500ms);
  CHECK(policy.settle == 6s);
  CHECK(policy.after_permanent == runtime::AfterPermanent::park);
}

TEST_CASE("a job may be lost for ten minutes unless another time is given") {
  CHECK(lost_after_of(told({})) == 10min);
  CHECK(lost_after_of(told({"--lost-after=90s"})) == 90s);
}

TEST_CASE("limits that are none are refused") {
  for (const auto flag :
       {"--retries=-1", "--retries=x", "--retry-for=5", "--timeout=0s", "--attempt-timeout=0", "--lost-after=x"})
    CHECK(kind_of({flag}) == ErrorKind::usage);
}

TEST_CASE("the log's level comes from its flag, or from -v or --quiet, of which one at most is given") {
  CHECK(log_level_of(told({})) == LogLevel::info);
  CHECK(log_level_of(told({"-vv"})) == LogLevel::debug);
  CHECK(log_level_of(told({"--verbose=0"})) == LogLevel::info);
  CHECK(log_level_of(told({"--quiet"})) == LogLevel::error);
  CHECK(log_level_of(told({"--log-level=warning"})) == LogLevel::warning);
  CHECK(kind_of({"--quiet", "-v"}) == ErrorKind::config);
  CHECK(kind_of({"--log-level=loud"}) == ErrorKind::usage);
}
