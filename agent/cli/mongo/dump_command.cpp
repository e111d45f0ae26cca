#include "agent/cli/commands.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/mongo/dump_settings.hpp"
#include "dump/dump_job.hpp"

namespace sidekick::cli {

namespace {

runtime::JobPlan plan_of(const config::Settings& settings, const runtime::JobFrame& frame) {
  runtime::JobPlan plan;
  plan.policy = policy_of(settings.values);
  auto job = dump_settings(settings, frame.log);
  if (settings.values.may_be_used()) plan.job = std::make_unique<dump::DumpJob>(std::move(job));
  return plan;
}

}  // namespace

const Command dump_command{
    .name = "dump",
    .peer = "mongodump",
    .summary = "writes a dump of MongoDB; flags and rules of mongodump",
    .schema = dump_schema,
    .plan = plan_of,
    .http = http_plan,
};

}  // namespace sidekick::cli
