#include "backup/backup_job.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "backup/metrics.hpp"
#include "backup/prune.hpp"
#include "backup/task_run.hpp"

namespace sidekick::backup {

using std::chrono::seconds;
using Time = schedule::Schedule::Time;

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
  }

  Outcome run(JobContext& context) {
    if (settings_.mode == Settings::Mode::rehearsal) return rehearse(context);
    return pinging(context, [&] {
      if (!is_scheduled() && !is_prepared_) {
        prepare(context, [] {});
        for (auto& run : runs_) run.ask_for({});
      }
      return take_turn(context);
    });
  }

  std::optional<Time> last_run(JobContext& context) {
    return pinging(context, [&] {
      std::optional<Time> oldest;
      prepare(context, [&] {
        newest_.clear();
        for (auto& run : runs_) {
          const auto newest = run.look(context);
          newest_.push_back(newest ? std::optional(std::chrono::floor<seconds>(*newest)) : std::nullopt);
          if (newest_.back() && (!oldest || *newest_.back() < *oldest)) oldest = newest_.back();
        }
      });
      return oldest;
    });
  }

  const std::string& where() const noexcept { return storage_->where(); }

  void begin_run(const schedule::Run& cause, JobContext& context) {
    for (std::size_t i = 0; i < runs_.size(); i++) {
      if (cause.cause == schedule::Run::Cause::missed) {
        // Without a backup the first run is waited for.
        if (!newest_[i] || !cause.is_due_after(*newest_[i])) continue;
        context.log.info("a run was missed: running it now", {{"backup", runs_[i].job()}});
      }
      runs_[i].ask_for(cause);
    }
  }

  std::optional<Clock::time_point> next_attempt() const {
    std::optional<Clock::time_point> first;
    for (const auto& run : runs_) {
      if (!run.is_asked_for()) continue;
      if (!run.held_until()) return {};
      first = first ? std::min(*first, *run.held_until()) : *run.held_until();
    }
    return first;
  }

  void skipped(std::uint64_t count, JobContext& context) const {
    for (const auto& run : runs_)
      context.metrics.record(metric_skipped, static_cast<double>(count), {{"backup", run.job()}});
  }

 private:
  bool is_scheduled() const noexcept { return settings_.runs == Settings::Runs::on_schedule; }

  /// What `work` throws is told by a ping.
  template <class Work>
  std::invoke_result_t<Work> pinging(JobContext& context, Work work) {
    try {
      return work();
    } catch (const Error& error) {
      const bool is_stopped = error.kind() == ErrorKind::cancelled && context.ending.cancelled();
      if (!is_stopped) ping_failure(context);
      throw;
    }
  }

  /// Before the first backup: what fails is a failure of every source.
  template <class Look>
  void prepare(JobContext& context, Look look) try {
    if (!std::exchange(is_introduced_, true))
      for (const auto& run : runs_) run.introduce(context.metrics);
    if (storage_->check(context.cancel) == storage::Exclusion::advisory)
      context.log.warn("this storage cannot exclude a second process on the same job: the lease is advisory",
                       {{"storage", storage_->where()}, {"hint", "run one replica only"}});
    look();
    is_prepared_ = true;
  } catch (const Error& error) {
    for (auto& run : runs_) run.failed_early(error, context);
    throw;
  }

  /// Once for failures in a row. An attempt whose time is up has a moment left, and no token of its own.
  void ping_failure(JobContext& context) {
    if (std::exchange(has_failed_, true)) return;
    const bool is_late = context.cancel.cancelled();
    auto settings = settings_.notify;
    if (is_late) settings.timeout = std::min(settings.timeout, last_moment);
    ping(settings, BackupEnding::Result::failure, context.log, is_late ? context.ending : context.cancel);
  }

  bool anything_asked_for() const { return std::ranges::any_of(runs_, &TaskRun::is_asked_for); }

  Outcome take_turn(JobContext& context) {
    Outcome outcome;
    std::optional<Error> worst;
    std::optional<BackupEnding::Result> result;
    for (auto& run : runs_) {
      if (!run.is_asked_for()) continue;
      context.cancel.throw_if_cancelled();
      try {
        if (!is_tried_now(run, context)) continue;
        const auto turn = run.run(context);
        outcome.summary += (outcome.summary.empty() ? "" : "; ") + turn.summary;
        if (turn.result && result != BackupEnding::Result::suspect) result = turn.result;
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        note(error, worst, context);
      }
    }
    if (!worst) {
      if (result && !anything_asked_for()) ping_end(*result, context);
      return outcome;
    }
    if (!outcome.summary.empty()) context.log.info(outcome.summary);
    throw Error(*worst);
  }

  void ping_end(BackupEnding::Result result, JobContext& context) {
    has_failed_ = false;
    ping(settings_.notify, result, context.log, context.cancel);
  }

  /// A run that ends does not wait for one that is held back: it has failed.
  bool is_tried_now(const TaskRun& run, JobContext& context) const {
    if (!run.is_held(context.clock.now())) return true;
    if (!is_scheduled() && run.failure()) throw Error(*run.failure());
    return false;
  }

  /// One error passes on and is logged by who catches it; the others are told here.
  static void note(const Error& error, std::optional<Error>& worst, JobContext& context) {
    const bool takes_its_place = is_worse(error, worst);
    const auto other = takes_its_place ? worst : std::optional<Error>(error);
    if (takes_its_place) worst.emplace(error);
    if (other) context.log.error(other->message(), {{"hint", other->hint()}, {"kind", info(other->kind()).name}});
  }

  Outcome rehearse(JobContext& context) {
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
    return {"nothing was changed: " + std::to_string(runs_.size()) + " backups would be taken and " +
            std::to_string(removed) + " removed"};
  }

  const Settings settings_;
  const std::unique_ptr<storage::Storage> storage_;
  std::vector<TaskRun> runs_;
  std::vector<std::optional<Time>> newest_;  ///< of each source, as of last_run()
  bool is_introduced_ = false;
  bool is_prepared_ = false;
  bool has_failed_ = false;  ///< the last turn, as was told by a ping
};

BackupJob::BackupJob(Settings settings, std::vector<Task> tasks, std::unique_ptr<storage::Storage> storage)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(tasks), std::move(storage))) {}

BackupJob::~BackupJob() = default;

Outcome BackupJob::run(JobContext& context) {
  return impl_->run(context);
}

std::optional<schedule::Schedule::Time> BackupJob::last_run(JobContext& context) {
  return impl_->last_run(context);
}

std::string BackupJob::kept_in() const {
  return impl_->where();
}

void BackupJob::begin_run(const schedule::Run& run, JobContext& context) {
  impl_->begin_run(run, context);
}

std::optional<Clock::time_point> BackupJob::next_attempt() const {
  return impl_->next_attempt();
}

void BackupJob::skipped(std::uint64_t runs, JobContext& context) {
  impl_->skipped(runs, context);
}

}  // namespace sidekick::backup
