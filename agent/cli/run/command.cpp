#include <utility>

#include "agent/cli/commands.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/run/settings.hpp"
#include "run/command_job.hpp"

namespace sidekick::cli {

using config::Values;
using namespace std::chrono_literals;

namespace {

/// To write the report, and to be told that it is late.
constexpr auto after_grace = 3s;
constexpr std::chrono::milliseconds unlimited = std::chrono::hours(24 * 3650);

runtime::Policy policy_for(const Values& values, const run::Settings& job) {
  auto policy = policy_of(values);
  policy.let_go = job.grace + after_grace;
  // Who says how often does not mean for how long.
  if (values.given("retries") && !values.given("retry-for")) policy.retry.retry_for = unlimited;
  return policy;
}

runtime::JobPlan plan_of(const config::Settings& settings, const runtime::JobFrame& frame) {
  auto told = command_settings(settings, frame.environment);
  runtime::JobPlan plan;
  plan.policy = policy_for(settings.values, told);
  if (!settings.values.may_be_used()) return {};
  // It holds for the command alone, not for what that waits for.
  told.attempt_timeout = std::exchange(plan.policy.attempt_timeout, std::nullopt);
  auto job = std::make_unique<run::CommandJob>(std::move(told), frame.signals, frame.stop);
  plan.ended = [&job = *job, &log = frame.log](int code, std::string_view text) { return job.ended(code, text, log); };
  plan.job = std::move(job);
  return plan;
}

ProcessRules rules_of(const config::Settings&) {
  return {.wraps = Wraps::another_program};
}

}  // namespace

const Command run_command{
    .name = "run",
    .peer = "",
    .summary = "runs a command to completion: waits, retries, time limits",
    .schema = command_schema,
    .plan = plan_of,
    .http = http_plan,
    .rules = rules_of,
    .words = Command::Words::then_command,
};

}  // namespace sidekick::cli
