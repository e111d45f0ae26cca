#include "agent/cli/commands.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/seed/admin_command.hpp"
#include "agent/cli/seed/settings.hpp"
#include "seed/seed_job.hpp"

namespace sidekick::cli {

namespace {

// Enough to complete a plan, and within the ten seconds that an engine leaves between SIGTERM and SIGKILL.
constexpr std::chrono::milliseconds time_for_plan{8'000};

runtime::JobPlan plan_of(const config::Settings& settings, const runtime::JobFrame& frame) {
  runtime::JobPlan plan;
  plan.policy = policy_of(settings.values);
  plan.policy.let_go = time_for_plan;
  auto job = seed_settings(settings, frame.log);
  if (settings.values.may_be_used()) plan.job = std::make_unique<seed::SeedJob>(std::move(job));
  return plan;
}

}  // namespace

const Command seed_command{
    .name = "seed",
    .peer = "",
    .summary = "puts a dump into MongoDB exactly once, whole or not at all",
    .schema = seed_schema,
    .plan = plan_of,
    .http = http_plan,
    .subcommand = run_seed_admin,
};

}  // namespace sidekick::cli
