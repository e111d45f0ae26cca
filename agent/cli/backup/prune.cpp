#include <set>

#include "agent/cli/backup/admin.hpp"
#include "agent/cli/backup/settings.hpp"
#include "agent/cli/backup/table.hpp"
#include "agent/cli/lease_holder.hpp"
#include "agent/cli/output.hpp"
#include "backup/prune.hpp"
#include "backup/storage_lease.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"
#include "storage/catalog.hpp"

namespace sidekick::cli {

namespace {

std::string joined(const std::set<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// Rules are one job's: those of another must not lose theirs because somebody forgot to say whose are meant.
std::vector<std::string> jobs_to_prune(const Administration& context) {
  auto jobs = context.settings.values.list("job");
  for (const auto& job : jobs)
    if (!storage::is_job_name(job)) throw context.settings.values.bad_value("job", "not a valid job name");
  if (!jobs.empty()) return jobs;
  std::set<std::string> there;
  for (const auto& name : storage::Catalog(context.storage, "").names(context.cancel)) there.insert(name.job);
  if (there.size() > 1)
    throw Error(ErrorKind::config, "there are backups of several jobs: " + joined(there), "name one with --job=NAME");
  return {there.begin(), there.end()};
}

std::unique_ptr<backup::Lease> take_lease(const Administration& context, const std::string& job, Clock& clock) {
  using namespace std::chrono_literals;
  const auto patience = context.settings.values.duration("lease-wait").value_or(2min);
  auto lease =
      backup::acquire_lease(context.storage, {job, "backup prune, " + lease_holder(context.settings.values), 60s},
                            clock, clock.now() + patience, context.cancel, context.log);
  if (!lease)
    throw Error(ErrorKind::temporary, "a backup of job '" + job + "' is running",
                "wait until it ends, or give a longer --lease-wait");
  return lease;
}

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

/// The log of what is done, where it is printed already.
class Silent final : public Log {
 public:
  void write(LogLevel, std::string_view, LogFields) noexcept override {}
};

}  // namespace

void prune_backups(const Administration& context) {
  const auto& values = context.settings.values;
  if (!context.settings.arguments.empty())
    throw Error(ErrorKind::usage, "unexpected argument: '" + redact_url(context.settings.arguments.front()) + "'",
                "name the job with --job");
  backup::PruneSettings settings{.job = {}, .keep = keep_rules(values), .zone = context.zone_name};
  SystemClock clock;
  Silent silent;
  const auto jobs = jobs_to_prune(context);
  if (jobs.empty()) context.log.warn("there is no backup", {{"storage", context.storage.where()}});
  std::size_t unreadable = 0;
  for (const auto& job : jobs) {
    settings.job = job;
    const auto lease = values.flag("dry-run") ? nullptr : take_lease(context, job, clock);
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto plan = backup::plan_prune(context.storage, settings, now, context.cancel);
    print(context, plan, job);
    if (lease) backup::prune(context.storage, plan, job, *lease, silent, context.cancel);
    unreadable += plan.unreadable;
  }
  if (unreadable > 0)
    throw Error(ErrorKind::data,
                storage::counted(unreadable, "manifests") + " cannot be read; retention ignores such backups",
                "'backup list' names them; if they are damaged, remove them and their objects by hand");
}

}  // namespace sidekick::cli
