#include "agent/cli/command_run.hpp"

#include <algorithm>

#include "agent/cli/command_schema.hpp"
#include "agent/cli/command_settings.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/job_command.hpp"
#include "command/command_job.hpp"

namespace sidekick::cli {

using config::Values;
using namespace std::chrono_literals;

namespace {

/// To write the report, and to be told that it is late.
constexpr auto after_grace = 3s;
constexpr std::chrono::milliseconds unlimited = std::chrono::hours(24 * 3650);

runtime::Policy policy_for(const Values& values, const command::Settings& job) {
  auto policy = policy_of(values);
  policy.let_go = job.grace + after_grace;
  // Who says how often does not mean for how long.
  if (values.given("retries") && !values.given("retry-for")) policy.retry.retry_for = unlimited;
  return policy;
}

JobPlan plan_of(const config::Settings& settings, const JobFrame& frame, const std::vector<std::string>& words) {
  auto told = command_settings(settings, words, frame.environment);
  JobPlan plan;
  plan.policy = policy_for(settings.values, told);
  auto job = std::make_unique<command::CommandJob>(std::move(told), nullptr, frame.signals, frame.stop);
  plan.ended = [&job = *job, &log = frame.log](int code, std::string_view text) { return job.ended(code, text, log); };
  plan.job = std::move(job);
  return plan;
}

}  // namespace

int run_command(const Invocation& invocation) {
  const auto dashes = std::ranges::find(invocation.words, "--");
  const Invocation ours{{invocation.words.begin(), dashes}, invocation.environment};
  const std::vector<std::string> words(dashes == invocation.words.end() ? dashes : dashes + 1, invocation.words.end());
  return run_job(ours, {.schema = command_schema(),
                        .plan = [&](const config::Settings& settings,
                                    const JobFrame& frame) { return plan_of(settings, frame, words); },
                        .wraps = Wraps::another_program});
}

}  // namespace sidekick::cli
