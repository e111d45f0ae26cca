#include <set>

#include "backup/prune.hpp"
#include "sidekick/error.hpp"
#include "storage/catalog.hpp"

namespace sidekick::backup {

namespace {

std::string joined(const std::set<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// Rules are for one job: a user who forgets to name it must not lose backups of another.
std::vector<std::string> jobs_to_prune(storage::Storage& storage, const PruneRequest& request,
                                       const CancelToken& cancel) {
  if (!request.jobs.empty()) return request.jobs;
  std::set<std::string> there;
  for (const auto& name : storage::Catalog(storage, "").names(cancel)) there.insert(name.job);
  if (there.size() > 1)
    throw Error(ErrorKind::config, "there are backups of several jobs: " + joined(there), "name one with --job=NAME");
  return {there.begin(), there.end()};
}

std::unique_ptr<Lease> take_lease(storage::Storage& storage, const PruneRequest& request, const std::string& job,
                                  Clock& clock, Log& log, const CancelToken& cancel) {
  auto lease = acquire_lease(storage, {job, request.holder}, clock, clock.now() + request.lease_wait, cancel, log);
  if (!lease)
    throw Error(ErrorKind::temporary, "a backup of job '" + job + "' is running",
                "wait until it ends, or give a longer --lease-wait");
  return lease;
}

/// Drops the log lines of the execution, as the plan was shown before.
class SilentLog final : public Log {
 public:
  void write(LogLevel, std::string_view, LogFields) noexcept override {}
};

}  // namespace

std::size_t prune_jobs(storage::Storage& storage, const PruneRequest& request, Clock& clock,
                       const std::function<void(const PrunePlan& plan, const std::string& job)>& tell, Log& log,
                       const CancelToken& cancel) {
  PruneSettings settings{.job = {}, .keep = request.keep, .zone = request.zone};
  SilentLog silent;
  const auto jobs = jobs_to_prune(storage, request, cancel);
  if (jobs.empty()) log.warn("there is no backup", {{"storage", storage.where()}});
  std::size_t unreadable = 0;
  for (const auto& job : jobs) {
    settings.job = job;
    const bool removes = request.mode == PruneRequest::Mode::remove;
    const auto lease = removes ? take_lease(storage, request, job, clock, log, cancel) : nullptr;
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto plan = plan_prune(storage, settings, now, cancel);
    tell(plan, job);
    if (lease) prune(storage, plan, job, *lease, silent, cancel);
    unreadable += plan.unreadable;
  }
  return unreadable;
}

}  // namespace sidekick::backup
