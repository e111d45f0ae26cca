#include "backup/prune.hpp"

#include "agent/cli/backup/admin.hpp"
#include "agent/cli/backup/settings.hpp"
#include "agent/cli/backup/table.hpp"
#include "agent/cli/lease_holder.hpp"
#include "agent/cli/output.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"
#include "storage/catalog.hpp"

namespace sidekick::cli {

namespace {

void print(const Administration& context, const backup::PrunePlan& plan, const std::string& job) {
  if (plan.decisions.empty()) context.log.warn("this job has no backup", {{"backup", job}});
  if (plan.stands_still)
    context.log.warn("retention is stalled: the newest backup is suspect",
                     {{"backup", *plan.stands_still}, {"hint", "see 'backup accept'"}});
  if (const auto unusable = summary_of(plan).unusable)
    context.log.warn(storage::counted(unusable, "backups") + " of this job " + (unusable == 1 ? "does" : "do") +
                         " not count: missing, of another size, or unreadable",
                     {{"backup", job}, {"hint", "'backup list' marks each"}});
  write_out(context.settings.values.flag("json") ? decisions_json(plan, job) : decisions_text(plan));
}

}  // namespace

void prune_backups(const Administration& context) {
  const auto& values = context.settings.values;
  if (!context.settings.arguments.empty())
    throw Error(ErrorKind::usage, "unexpected argument: '" + redact_url(context.settings.arguments.front()) + "'",
                "name the job with --job");
  for (const auto& job : values.list("job"))
    if (!storage::is_job_name(job)) throw values.bad_value("job", "not a valid job name");
  const backup::PruneRequest request{
      .jobs = values.list("job"),
      .keep = keep_rules(values),
      .zone = context.zone_name,
      .holder = "backup prune, " + lease_holder(values),
      .lease_wait = values.duration("lease-wait").value_or(std::chrono::minutes(2)),
      .mode = values.flag("dry-run") ? backup::PruneRequest::Mode::only_plan : backup::PruneRequest::Mode::remove};
  SystemClock clock;
  const auto tell = [&](const backup::PrunePlan& plan, const std::string& job) { print(context, plan, job); };
  const auto unreadable = backup::prune_jobs(context.storage, request, clock, tell, context.log, context.cancel);
  if (unreadable > 0)
    throw Error(ErrorKind::data,
                storage::counted(unreadable, "manifests") + " cannot be read; retention ignores such backups",
                "'backup list' names them; if they are damaged, remove them and their objects by hand");
}

}  // namespace sidekick::cli
