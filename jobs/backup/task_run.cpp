#include "backup/task_run.hpp"

#include <algorithm>

#include "backup/metrics.hpp"
#include "backup/one_backup.hpp"
#include "backup/prune.hpp"

namespace sidekick::backup {

using std::chrono::milliseconds;
using storage::Catalog;
using storage::Manifest;
using storage::WallTime;

namespace {

/// How often a loop uploads in a row what fails for a reason that may pass.
constexpr int most_failures_in_a_row = 3;

double seconds_of(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void tell(const Manifest& manifest, MetricSink& metrics) {
  const MetricLabel label{"backup", manifest.job};
  if (!manifest.suspect) metrics.record(metric_last_success, seconds_of(manifest.started), {label});
  metrics.record(metric_bytes, static_cast<double>(manifest.bytes), {label});
  metrics.record(metric_plain_bytes, static_cast<double>(manifest.plain_bytes), {label});
  metrics.record(metric_duration, std::chrono::duration<double>(manifest.finished - manifest.started).count(), {label});
  metrics.record(metric_suspect, manifest.suspect ? 1 : 0, {label});
  metrics.record(metric_proof, static_cast<double>(manifest.proof), {label});
}

/// `took` in whole seconds and tenths.
std::string spoken(Clock::duration took) {
  const auto tenths = std::chrono::duration_cast<milliseconds>(took).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string summary_of(const Manifest& manifest, Clock::duration took) {
  auto out = manifest.name + ": " + std::to_string(manifest.bytes) + " bytes";
  if (!manifest.unit.empty()) out += " of " + storage::counted(manifest.items, manifest.unit);
  out += ", verified as " + std::string(storage::name_of(manifest.proof)) + ", " + spoken(took);
  return manifest.suspect ? out + ", suspect" : out;
}

}  // namespace

TaskRun::TaskRun(const Settings& settings, storage::Storage& storage, Task task)
    : settings_(settings), storage_(storage), task_(std::move(task)) {}

void TaskRun::introduce(MetricSink& metrics) const {
  const MetricLabel label{"backup", task_.job};
  for (const auto* metric : {&metric_last_success, &metric_unusable, &metric_retention_stalled})
    metrics.record(*metric, 0, {label});
  for (const auto result :
       {BackupEnding::Result::success, BackupEnding::Result::suspect, BackupEnding::Result::failure})
    metrics.record(metric_runs, 0, {label, {"status", name_of(result)}});
}

std::optional<WallTime> TaskRun::look(JobContext& context) {
  const auto newest = Catalog(storage_, task_.job).newest(context.cancel);
  if (!newest) return {};
  tell_of(*newest, context);
  if (const auto good = last_good(storage_, task_.job, {}, context.log, context.cancel))
    context.metrics.record(metric_last_success, seconds_of(good->started), {{"backup", task_.job}});
  return newest->name().time;
}

void TaskRun::ask_for(schedule::Run reason) {
  asked_for_ = true;
  reason_ = std::move(reason);
}

std::unique_ptr<Lease> TaskRun::acquire_lease(JobContext& context) {
  // A dead holder is known by standing still for so long.
  const bool is_scheduled = settings_.runs == Settings::Runs::on_schedule;
  const auto patience = is_scheduled ? 2 * settings_.lease_ends_after : settings_.lease_wait;
  const LeaseSettings lease_settings{task_.job, settings_.lease_holder, settings_.lease_ends_after};
  try {
    return backup::acquire_lease(storage_, lease_settings, context.clock, context.clock.now() + patience,
                                 context.cancel, context.log);
  } catch (const Error& error) {
    failed_early(error, context);
    throw;
  }
}

Turn TaskRun::run(JobContext& context) {
  const auto lease = acquire_lease(context);
  if (lease) return run_alone(*lease, context);
  if (settings_.runs == Settings::Runs::one)
    throw Error(ErrorKind::temporary, "no backup of '" + where() + "': another process runs the job '" + job() + "'",
                "wait until it ends, or give this one another --job");
  asked_for_ = false;
  context.metrics.record(metric_skipped, 1, {{"backup", task_.job}});
  return {"job '" + job() + "': another process runs it, so this run is skipped", {}};
}

Turn TaskRun::run_alone(const Lease& lease, JobContext& context) {
  if (const auto taken = taken_by_another(context)) {
    asked_for_ = false;
    return {"another process runs this backup: " + taken->text(), {}};
  }
  refuse_too_soon(context);
  const auto begun = context.clock.now();
  OneBackup backup(settings_, storage_, task_, lease);
  try {
    const auto manifest = backup.run(context);
    succeeded(manifest, context.clock.now() - begun, context);
    tidy(lease, context);
    return {summary_of(manifest, context.clock.now() - begun),
            manifest.suspect ? BackupEnding::Result::suspect : BackupEnding::Result::success};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    hold_back(error, backup.plain_bytes(), context);
    failed(error, backup.manifest(), context);
    throw;
  }
}

/// Another process may have been sooner with the same run: of two replicas, one takes it.
std::optional<storage::BackupName> TaskRun::taken_by_another(JobContext& context) {
  if (reason_.cause == schedule::Run::Cause::asked_for) return {};
  const auto newest = Catalog(storage_, task_.job).newest(context.cancel);
  if (!newest || newest->name().time > settings_.wall_clock()) return {};
  if (reason_.is_due_after(std::chrono::floor<std::chrono::seconds>(newest->name().time))) return {};
  tell_of(*newest, context);
  return newest->name();
}

/// A manifest that cannot be read costs its figures only.
void TaskRun::tell_of(const storage::Entry& entry, JobContext& context) {
  if (entry.manifest) return tell(*entry.manifest, context.metrics);
  context.log.warn(entry.failure->message(), {{"hint", entry.failure->hint()}});
}

void TaskRun::refuse_too_soon(JobContext& context) {
  if (settings_.min_interval.count() == 0) return;
  const auto note = read_failure_note(storage_, task_.job, context.cancel);
  const auto now = settings_.wall_clock();
  if (!note || now < note->at || now - note->at >= settings_.min_interval) return;
  const auto left = std::chrono::ceil<std::chrono::seconds>(note->at + settings_.min_interval - now);
  held_until_ = context.clock.now() + left;
  throw Error(note->kind,
              "no backup of '" + where() + "' for the next " + std::to_string(left.count()) +
                  " s: the last one failed: " + note->message,
              (note->hint.empty() ? "" : note->hint + "; ") + "--min-interval=0s retries at once", Retry::never);
}

void TaskRun::succeeded(const Manifest& manifest, Clock::duration took, JobContext& context) {
  asked_for_ = false;
  held_until_.reset();
  failure_.reset();
  failures_ = 0;
  const auto result = manifest.suspect ? BackupEnding::Result::suspect : BackupEnding::Result::success;
  context.metrics.record(metric_runs, 1, {{"backup", task_.job}, {"status", name_of(result)}});
  tell(manifest, context.metrics);
  context.metrics.record(metric_duration, std::chrono::duration<double>(took).count(), {{"backup", task_.job}});
  try {
    remove_failure_note(storage_, task_.job, context.cancel);
  } catch (const Error& error) {
    context.log.debug("cannot remove the note of an earlier failure", {{"error", error.message()}});
  }
  const BackupEnding ending{result, manifest, {}};
  run_after(settings_.hooks, ending, context.log, context.cancel);
  notify(settings_.notify, ending, context.log, context.cancel);
}

void TaskRun::failed(const Error& error, const Manifest& manifest, JobContext& context) {
  failures_++;
  failure_.emplace(error);
  context.metrics.record(metric_runs, 1, {{"backup", task_.job}, {"status", name_of(BackupEnding::Result::failure)}});
  const BackupEnding ending{BackupEnding::Result::failure, manifest, error};
  run_after(settings_.hooks, ending, context.log, context.cancel);
  // The attempts that follow say nothing new.
  if (failures_ == 1) notify(settings_.notify, ending, context.log, context.cancel);
}

void TaskRun::failed_early(const Error& error, JobContext& context) {
  if (error.kind() == ErrorKind::cancelled) return;
  Manifest manifest;
  manifest.job = task_.job;
  manifest.source = where();
  manifest.kind = task_.source->kind();
  failed(error, manifest, context);
}

/// Uploading the same again at once would end the same: the note tells it to the process that comes after this one.
void TaskRun::hold_back(const Error& error, std::uint64_t plain_bytes, JobContext& context) {
  const bool hopeless = !error.transient();
  const bool in_loop = settings_.runs == Settings::Runs::on_schedule;
  if (plain_bytes == 0 && !in_loop) return;
  const bool may_try_on = !hopeless || (error.kind() == ErrorKind::denied && plain_bytes == 0);
  if (may_try_on && (!in_loop || (failures_ + 1) % most_failures_in_a_row != 0)) return;
  held_until_ = context.clock.now() + settings_.min_interval;
  // What is not there, or empty, costs no upload, and is put right by other settings.
  if (!hopeless || plain_bytes == 0 || error.kind() == ErrorKind::no_input) return;
  if (settings_.min_interval.count() == 0) return;
  try {
    leave_failure_note(storage_, task_.job, {settings_.wall_clock(), error.kind(), error.message(), error.hint()},
                       context.cancel);
  } catch (const Error& unreachable) {
    context.log.debug("cannot write a note of the failure to the storage", {{"error", unreachable.message()}});
  }
}

/// The backup is taken: what cannot be removed now is removed by the next run.
void TaskRun::tidy(const Lease& lease, JobContext& context) {
  const MetricLabel label{"backup", task_.job};
  try {
    const PruneSettings prune_settings{.job = task_.job, .keep = settings_.keep, .zone = settings_.zone};
    const auto plan = plan_prune(storage_, prune_settings, settings_.wall_clock(), context.cancel);
    context.metrics.record(metric_unusable, static_cast<double>(summary_of(plan).unusable), {label});
    prune(storage_, plan, task_.job, lease, context.log, context.cancel);
    context.metrics.record(metric_retention_stalled, plan.stands_still || plan.unreadable > 0 ? 1 : 0, {label});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    context.metrics.record(metric_retention_stalled, 1, {label});
    context.log.warn("old backups were not removed: " + error.message(), {{"hint", error.hint()}});
  }
}

}  // namespace sidekick::backup
