#include "agent/cli/backup/settings.hpp"
#include "agent/cli/backup/storage_schema.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/mongo/restore_schema.hpp"
#include "agent/cli/mongo/restore_settings.hpp"
#include "restore/restore_backup_job.hpp"

namespace sidekick::cli {

namespace {

/// Null where the settings may not be used.
std::unique_ptr<OneShotJob> make_job(const config::Settings& settings, const runtime::JobFrame& frame) {
  auto job = restore_settings(settings, frame.log);
  const auto& values = settings.values;
  auto identities = age_identities(values);
  restore::BackupPlace place;
  if (values.given("from")) place.access = storage_access(values, frame.environment, frame.log);
  if (!values.may_be_used()) return nullptr;
  if (!values.given("from")) {
    job.identities = std::move(identities);
    return std::make_unique<restore::RestoreJob>(std::move(job));
  }
  place.url = values.text("from");
  place.job = values.text("job");
  place.identities = std::move(identities);
  return std::make_unique<restore::RestoreBackupJob>(std::move(job), std::move(place));
}

runtime::JobPlan plan_of(const config::Settings& settings, const runtime::JobFrame& frame) {
  runtime::JobPlan plan;
  plan.policy = policy_of(settings.values);
  plan.job = make_job(settings, frame);
  return plan;
}

}  // namespace

const Command restore_command{
    .name = "restore",
    .peer = "mongorestore",
    .summary = "restores a dump into MongoDB; flags and rules of mongorestore",
    .schema = restore_schema,
    .plan = plan_of,
    .http = http_plan,
};

}  // namespace sidekick::cli
