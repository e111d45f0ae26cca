#include <filesystem>

#include "agent/cli/backup/admin_command.hpp"
#include "agent/cli/backup/settings.hpp"
#include "agent/cli/backup/sources.hpp"
#include "agent/cli/backup/storage_schema.hpp"
#include "agent/cli/child_environment.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/rules.hpp"
#include "backup/backup_job.hpp"
#include "storage/open_storage.hpp"

namespace sidekick::cli {

namespace {

namespace fs = std::filesystem;

bool lies_in(const fs::path& inner, const fs::path& outer) {
  const auto relative = inner.lexically_normal().lexically_relative(outer.lexically_normal());
  return !relative.empty() && *relative.begin() != "..";
}

/// Each backup would hold those before it.
void refuse_storage_in_source(const std::vector<backup::Task>& tasks, const storage::Storage& storage) {
  const std::string_view storage_place = storage.where();
  if (!storage_place.starts_with("dir:")) return;
  for (const auto& task : tasks) {
    const std::string_view source = task.source->where();
    if (!source.starts_with("dir:") || !lies_in(storage_place.substr(4), source.substr(4))) continue;
    throw Error(
        ErrorKind::config,
        "the storage '" + storage.where() + "' lies in the folder that is backed up, '" + task.source->where() + "'",
        "use a storage outside of it");
  }
}

/// Null where it is not known, or cannot be meant.
std::unique_ptr<storage::Storage> open(const config::Values& values, const storage::Access& access) {
  if (!values.given("to") || values.is_unread("to")) return nullptr;
  return values.judge("to", [&] { return storage::open_storage(values.text("to"), access); });
}

std::optional<HttpPlan> http_of(const config::Values& values) {
  if (!values.given("http")) return {};
  HttpPlan plan;
  plan.address = values.text("http");
  // A run that ends may be one beside the service that follows the schedule, with the same environment.
  if (!follows_schedule(values))
    plan.unavailable = values.find("http")->source == config::Source::flag ? HttpPlan::Unavailable::warned_of
                                                                           : HttpPlan::Unavailable::expected;
  return plan;
}

runtime::JobPlan plan_of(const config::Settings& settings, const runtime::JobFrame& frame) {
  const auto& values = settings.values;
  check_no_arguments(settings,
                     "backup takes only flags, or one of list, show, fetch, prune and accept as its first word");
  auto job = backup_settings(values, frame.environment, frame.log);
  const auto peers = values.text("to").starts_with("s3://") ? PeerSecrets::dropped : PeerSecrets::kept;
  job.hooks.environment = child_environment(backup_schema(), values, frame.environment, peers);
  auto tasks = backup_tasks(values, job.hooks.environment);
  const auto access = storage_access(values, frame.environment, frame.log);
  auto storage = open(values, access);
  if (storage) values.judge([&] { refuse_storage_in_source(tasks, *storage); });
  runtime::JobPlan plan;
  plan.policy = policy_of(values);
  plan.timetable = backup_timetable(values, frame.environment);
  if (!values.may_be_used()) return {};
  if (job.mode == backup::Settings::Mode::rehearsal) plan.timetable.reset();
  auto made = std::make_unique<backup::BackupJob>(std::move(job), std::move(tasks), std::move(storage));
  if (plan.timetable) plan.timetable->records = made.get();
  plan.job = std::move(made);
  return plan;
}

}  // namespace

const Command backup_command{
    .name = "backup",
    .peer = "",
    .summary = "takes verified backups, and keeps the right ones",
    .schema = backup_schema,
    .plan = plan_of,
    .http = http_of,
    .subcommand = run_backup_admin,
};

}  // namespace sidekick::cli
