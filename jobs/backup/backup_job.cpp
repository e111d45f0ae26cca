#include "backup/backup_job.hpp"

#include <algorithm>
#include <utility>

#include "backup/metrics.hpp"
#include "backup/prune.hpp"
#include "backup/task_run.hpp"
#include "schedule/agenda.hpp"
#include "sidekick/utc.hpp"

namespace sidekick::backup {

using std::chrono::seconds;
using storage::WallTime;

namespace {

constexpr std::chrono::milliseconds last_moment{1'000};

/// What may be tried again comes first: the attempt that follows may leave the other as the only one.
bool is_worse(const Error& error, const std::optional<Error>& than) {
  return !than || (error.transient() && !than->transient());
}

}  // namespace

class BackupJob::Impl {
 public:
  Impl(Settings settings, std::vector<Task> tasks, std::unique_ptr<storage::Storage> storage)
      : settings_(std::move(settings)), storage_(std::move(storage)) {
    for (auto& task : tasks) runs_.emplace_back(settings_, *storage_, std::move(task));
    if (const auto& timing = settings_.timing)
      agenda_.emplace(timing->schedule, schedule::TimeZone::named(timing->zone), timing->jitter, settings_.random);
  }

  Step step(JobContext& context) {
    if (settings_.mode == Settings::Mode::rehearsal) return rehearse(context);
    try {
      return real_step(context);
    } catch (const Error& error) {
      const bool is_stopped = error.kind() == ErrorKind::cancelled && context.ending.cancelled();
      if (!is_stopped) ping_failure(context);
      throw;
    }
  }

 private:
  Step real_step(JobContext& context) {
    if (!introduced_) {
      for (const auto& run : runs_) run.introduce(context.metrics);
      introduced_ = true;
    }
    if (!begun_) try {
        begin(context);
      } catch (const Error& error) {
        for (auto& run : runs_) run.failed_early(error, context);
        throw;
      }
    if (agenda_ && agenda_->is_due(now())) {
      ask_all(WallTime(*agenda_->scheduled()));
      agenda_->pass(now());
    }
    auto outcome = take_turn(context);
    return {std::move(outcome), next_look(context)};
  }

  /// Once for failures in a row. An attempt whose time is up has a moment left, and no token of its own.
  void ping_failure(JobContext& context) {
    if (std::exchange(has_failed_, true)) return;
    const bool is_late = context.cancel.cancelled();
    auto settings = settings_.notify;
    if (is_late) settings.timeout = std::min(settings.timeout, last_moment);
    ping(settings, Ending::Result::failure, context.log, is_late ? context.ending : context.cancel);
  }

  schedule::Schedule::Time now() const { return std::chrono::floor<seconds>(settings_.wall_clock()); }

  bool anything_asked_for() const { return std::ranges::any_of(runs_, &TaskRun::is_asked_for); }

  void ask_all(std::optional<WallTime> due) {
    for (auto& run : runs_) run.ask_for(due);
  }

  void begin(JobContext& context) {
    if (storage_->check(context.cancel) == storage::Exclusion::advisory)
      context.log.warn("this storage cannot exclude a second process on the same job: the lease is advisory",
                       {{"storage", storage_->where()}, {"hint", "run one replica only"}});
    if (agenda_)
      begin_schedule(context);
    else
      ask_all({});
    begun_ = true;
  }

  void begin_schedule(JobContext& context) {
    std::optional<schedule::Schedule::Time> oldest;
    for (auto& run : runs_) {
      const auto newest = run.look(context);
      const auto begun = newest ? std::optional(std::chrono::floor<seconds>(*newest)) : std::nullopt;
      if (begun && (!oldest || *begun < *oldest)) oldest = begun;
      ask_at_start(run, begun, context);
    }
    agenda_->begin(now(), oldest);
    context.log.info("waiting for the next scheduled run",
                     {{"schedule", settings_.timing->schedule.text()},
                      {"next", agenda_->scheduled() ? utc_text(*agenda_->scheduled()) : "never"},
                      {"zone", settings_.timing->zone.empty() ? "UTC" : settings_.timing->zone},
                      {"storage", storage_->where()}});
    context.status.ready();
  }

  void ask_at_start(TaskRun& run, std::optional<schedule::Schedule::Time> newest, JobContext& context) const {
    if (settings_.timing->start == Timing::Start::at_once) return run.ask_for({});
    if (!newest || !agenda_->is_missed(*newest, now())) return;
    context.log.info("a run was missed: running it now", {{"backup", run.job()}});
    run.ask_for(WallTime(*newest + seconds(1)));
  }

  Outcome take_turn(JobContext& context) {
    Outcome outcome;
    std::optional<Error> worst;
    std::optional<Ending::Result> result;
    for (auto& run : runs_) {
      if (!run.is_asked_for()) continue;
      context.cancel.throw_if_cancelled();
      try {
        if (!is_tried_now(run, context)) continue;
        const auto turn = run.run(context);
        outcome.summary += (outcome.summary.empty() ? "" : "; ") + turn.summary;
        if (turn.result && result != Ending::Result::suspect) result = turn.result;
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        note(error, worst, context);
      }
      pass(context);
    }
    if (!worst) {
      if (result && !anything_asked_for()) ping_end(*result, context);
      return outcome;
    }
    if (!outcome.summary.empty()) context.log.info(outcome.summary);
    throw Error(*worst);
  }

  void ping_end(Ending::Result result, JobContext& context) {
    has_failed_ = false;
    ping(settings_.notify, result, context.log, context.cancel);
  }

  /// A run that ends does not wait for one that is held back: it has failed.
  bool is_tried_now(const TaskRun& run, JobContext& context) const {
    if (!run.is_held(context.clock.now())) return true;
    if (!agenda_ && run.failure()) throw Error(*run.failure());
    return false;
  }

  /// One error passes on and is logged by who catches it; the others are told here.
  static void note(const Error& error, std::optional<Error>& worst, JobContext& context) {
    const bool takes_its_place = is_worse(error, worst);
    const auto other = takes_its_place ? worst : std::optional<Error>(error);
    if (takes_its_place) worst.emplace(error);
    if (other) context.log.error(other->message(), {{"hint", other->hint()}, {"kind", info(other->kind()).name}});
  }

  void pass(JobContext& context) {
    if (!agenda_) return;
    const auto skipped = agenda_->pass(now());
    if (skipped == 0) return;
    context.log.warn("runs were due while another was running: they are skipped", {{"runs", skipped}});
    for (const auto& run : runs_)
      context.metrics.record(metric_skipped, static_cast<double>(skipped), {{"backup", run.job()}});
  }

  Clock::time_point next_look(JobContext& context) const {
    const auto here = context.clock.now();
    if (!agenda_) return here;
    auto due = here + agenda_->until_next_look(now());
    for (const auto& run : runs_)
      if (run.is_asked_for() && run.is_held(here)) due = std::min(due, *run.held_until());
    return due;
  }

  Step rehearse(JobContext& context) {
    std::size_t removed = 0;
    for (auto& run : runs_) {
      context.log.info("would back up", {{"source", run.where()}, {"to", storage_->where()}, {"backup", run.job()}});
      const PruneSettings prune_settings{.job = run.job(), .keep = settings_.keep, .zone = settings_.zone};
      const auto plan = plan_prune(*storage_, prune_settings, settings_.wall_clock(), context.cancel);
      for (const auto& decision : plan.decisions)
        if (decision.what != PruneDecision::What::keep && decision.what != PruneDecision::What::unusable)
          context.log.info("would remove", {{"name", decision.name}});
      removed += summary_of(plan).removed;
    }
    return {{"nothing was changed: " + std::to_string(runs_.size()) + " backups would be taken and " +
             std::to_string(removed) + " removed"},
            context.clock.now() + std::chrono::hours(1)};
  }

  const Settings settings_;
  const std::unique_ptr<storage::Storage> storage_;
  std::vector<TaskRun> runs_;
  std::optional<schedule::Agenda> agenda_;
  bool introduced_ = false;
  bool has_failed_ = false;  ///< the last turn, as was told by a ping
  bool begun_ = false;
};

BackupJob::BackupJob(Settings settings, std::vector<Task> tasks, std::unique_ptr<storage::Storage> storage)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(tasks), std::move(storage))) {}

BackupJob::~BackupJob() = default;

Step BackupJob::step(JobContext& context) {
  return impl_->step(context);
}

}  // namespace sidekick::backup
