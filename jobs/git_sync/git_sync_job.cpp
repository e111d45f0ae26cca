#include "git_sync/git_sync_job.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "git_sync/local_files.hpp"
#include "git_sync/metrics.hpp"
#include "git_sync/report.hpp"
#include "git_sync/rollback.hpp"
#include "git_sync/workspace.hpp"

namespace sidekick::git_sync {

namespace {

constexpr auto stand_by_period = std::chrono::seconds(1);

bool may_be_short_hash(const std::string& ref) {
  return ref.size() >= 4 && ref.size() < 40 &&
         std::ranges::all_of(ref, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<RootLock> try_lock(const Settings& settings) {
  return std::visit([](const auto& target) { return RootLock::try_take(target); }, settings.target);
}

std::string place_of(const Settings& settings) {
  if (const auto* linked = std::get_if<LinkedTarget>(&settings.target)) return linked->root.string();
  return std::get<InPlaceTarget>(settings.target).folder.string();
}

Error ref_not_found(const Settings& settings, const std::string& url, bool remote_is_empty) {
  // Monitors of kubernetes/git-sync search for these words.
  return {ErrorKind::no_input, "cannot find '" + settings.ref + "' in '" + url + "': couldn't find remote ref",
          remote_is_empty ? "the remote has no commit under that name: push one, or check the name"
                          : "check --ref: name branches and tags without their remote"};
}

}  // namespace

class GitSyncJob::Impl {
 public:
  Impl(Settings settings, Log& log, MetricSink& metrics)
      : settings_(std::move(settings)),
        log_(log),
        metrics_(metrics),
        url_(redact_url(settings_.remote.url)),
        remote_(open_remote(settings_.remote, log, metrics)),
        hooks_(settings_.pre_publish_hook, settings_.exec_hook, settings_.webhook, settings_.post_sync_signal, log,
               metrics) {}

  Step step(JobContext& context) {
    const auto begun = context.clock.now();
    Activity activity(context.status);
    try {
      if (hold_watch_) hold_watch_->drain();
      auto outcome = turn(context, activity);
      count(outcome.summary.empty() ? "noop" : "success", context.clock.now() - begun);
      remove_error_file(settings_.error_file);
      return {std::move(outcome), context.clock.now() + wait(), hold_watch_ ? hold_watch_->fd() : -1};
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled && context.ending.cancelled()) throw;
      count("error", context.clock.now() - begun);
      const auto failure = error.kind() == ErrorKind::cancelled ? out_of_time(activity) : error;
      start_over_after(failure.kind());
      write_error_file(settings_.error_file, folder_mode(settings_), failure, context.log);
      throw failure;
    }
  }

 private:
  Error out_of_time(const Activity& activity) const {
    const auto doing = activity.text();
    return {ErrorKind::timeout,
            "cannot sync '" + place_of(settings_) + "' with '" + url_ + "': it did not finish in time" +
                (doing.empty() ? "" : ", still " + doing),
            "--sync-timeout limits the time of one sync"};
  }

  /// Open handles may themselves be the problem: the folder may have been emptied or mounted again.
  void start_over_after(ErrorKind kind) {
    if (kind == ErrorKind::unavailable || kind == ErrorKind::denied || kind == ErrorKind::no_input ||
        kind == ErrorKind::temporary || kind == ErrorKind::timeout)
      return;
    workspace_.reset();
    history_.reset();
    checked_.reset();
    synced_.reset();
  }

  void count(std::string_view status, Clock::duration took) {
    metrics_.record(metric_syncs, 1, {{"status", status}});
    metrics_.record(metric_durations, std::chrono::duration<double>(took).count(), {{"status", status}});
  }

  Clock::duration wait() {
    if (!workspace_) return std::min<Clock::duration>(stand_by_period, settings_.period);
    const double share = 1 + settings_.jitter * std::uniform_real_distribution<double>(-1, 1)(random_);
    return std::chrono::duration_cast<Clock::duration>(settings_.period * std::max(share, 0.0));
  }

  Outcome turn(JobContext& context, Activity& activity) {
    const FetchFrame frame{activity, context.log, metrics_, context.cancel};
    if (workspace_ && !workspace_->stands()) start_over(context);
    if (!workspace_) {
      auto lock = try_lock(settings_);
      if (!lock) return stand_by(context);
      workspace_.emplace(settings_, std::move(*lock), log_);
      if (was_standing_by_)
        context.log.info("the other process has ended: taking over", {{"folder", place_of(settings_)}});
    }
    check_when_due(context, frame);
    const auto held = held_commit(context);
    const auto id = held ? *held : target(frame);
    if (synced_ != id || !workspace_->shows_published())
      return held ? show_held(id, context, frame) : publish(id, context, frame);
    if (keeps_old_trees()) workspace_->remove_old_trees(frame);
    return {};
  }

  /// What a rollback holds; nothing where the ref decides.
  std::optional<ObjectId> held_commit(JobContext& context) {
    const auto* linked = std::get_if<LinkedTarget>(&settings_.target);
    if (linked == nullptr) return {};
    if (!history_) {
      history_.emplace(workspace_->store().git_dir().parent_path());
      hold_watch_.emplace(history_->hold_folder());
    }
    const auto held = history_->held();
    if (held && held != told_of_hold_)
      context.log.warn("a rollback holds the tree: the ref is not followed",
                       {{"hash", held->hex()}, {"hint", "'sidekick git-sync resume' ends that"}});
    if (!held && told_of_hold_) context.log.info("the rollback has ended: the ref is followed again");
    told_of_hold_ = held;
    return held;
  }

  /// A tree that is gone is made again.
  Outcome show_held(const ObjectId& id, JobContext& context, const FetchFrame& frame) {
    frame.activity.begin("going back to the tree that is held");
    const auto shown = workspace_->show(id, [this](const Publication& coming) { announce(coming); });
    if (!shown) return publish(id, context, frame);
    checked_.reset();
    check_when_due(context, frame);
    synced_ = id;
    history_->show(id);
    touch(settings_.touch_file, folder_mode(settings_), context.log);
    tell(*shown, context.cancel);
    return {"held at " + id.hex() + " (" + std::to_string(shown->changed_paths) + " paths changed)"};
  }

  void start_over(JobContext& context) {
    context.log.warn("the folder or its repository was removed: starting over", {{"folder", place_of(settings_)}});
    workspace_.reset();
    history_.reset();
    synced_.reset();
    checked_.reset();
  }

  bool keeps_old_trees() const {
    const auto* linked = std::get_if<LinkedTarget>(&settings_.target);
    return linked != nullptr && linked->stale_timeout.count() > 0;
  }

  /// Repairs the published files before contacting the remote, which may be down: in turn, and where somebody changed
  /// them.
  void check_when_due(JobContext& context, const FetchFrame& frame) {
    const auto now = context.clock.now();
    const bool is_due = !checked_ || now - *checked_ >= settings_.check_period;
    if (!is_due && !workspace_->sees_change()) return;
    frame.activity.begin("checking the published files");
    try {
      const auto commit = workspace_->check(*remote_, frame);
      if (!checked_) workspace_->remove_old_trees(frame);
      if (commit && is_of_same_source()) context.status.ready();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      // The remote may no longer have the published commit; the commit that the ref names now may be available.
      context.log.warn("cannot check what is published: " + error.message(), {{"hint", error.hint()}});
      synced_.reset();
    }
    checked_ = now;
  }

  /// The id that the ref names now. A full hash, and the result for a short one, never change.
  ObjectId target(const FetchFrame& frame) {
    if (pinned_) return *pinned_;
    if (const auto hash = ObjectId::parse(settings_.ref)) return *(pinned_ = hash);
    const auto prefixes = prefixes_for(settings_.ref);
    frame.activity.begin("waiting for the list of refs of the remote");
    const auto refs = remote_->list(prefixes, frame.cancel);
    warn_of_two_meanings(refs);
    if (const auto id = find_ref(settings_.ref, refs)) return *id;
    if (may_be_short_hash(settings_.ref)) pinned_ = by_short_hash(refs, frame);
    if (!pinned_) throw ref_not_found(settings_, url_, refs.empty());
    return *pinned_;
  }

  /// Warns once while both exist.
  void warn_of_two_meanings(const std::vector<RemoteRef>& refs) {
    const bool has_two = names_tag_and_branch(settings_.ref, refs);
    if (has_two && !has_two_meanings_)
      log_.warn("--ref names both a tag and a branch: following the tag",
                {{"ref", settings_.ref}, {"hint", "refs/heads/" + settings_.ref + " names the branch"}});
    has_two_meanings_ = has_two;
  }

  /// Searches the whole history, and again only when there is more of it: the name may be that of a deleted branch.
  std::optional<ObjectId> by_short_hash(const std::vector<RemoteRef>& refs, const FetchFrame& frame) {
    auto& store = workspace_->store();
    if (const auto here = store.commit_by_prefix(settings_.ref)) return here;
    std::vector<ObjectId> tips;
    tips.reserve(refs.size());
    for (const auto& ref : refs) tips.push_back(ref.id);
    if (tips == searched_) return {};
    fetch_all(store, *remote_, settings_.filter, frame);
    searched_ = std::move(tips);
    return store.commit_by_prefix(settings_.ref);
  }

  Outcome publish(const ObjectId& id, JobContext& context, const FetchFrame& frame) {
    const bool is_first = !synced_;
    // Counted as by the peer: one per sync that changes the commit, also where the objects are here already.
    metrics_.record(metric_fetches, 1);
    const auto publication =
        workspace_->publish(id, *remote_, [this](const Publication& coming) { prepare_switch(coming); }, frame);
    // Runs before the step counts as synced: after a failure the next step repeats it and calls the hooks.
    remember_source();
    note_published(publication.commit);
    if (history_) history_->show(publication.commit);
    synced_ = id;
    checked_ = context.clock.now();
    context.status.ready();
    touch(settings_.touch_file, folder_mode(settings_), context.log);
    frame.activity.begin("waiting for the hooks");
    tell(publication, context.cancel);
    workspace_->watch_published(frame.cancel);
    tidy(frame);
    const bool is_news = publication.previous != publication.commit || publication.changed_paths > 0;
    if (!is_news && !is_first) return {};
    return {"'" + settings_.ref + "' of " + url_ + " is at " + publication.commit.hex() + " (" +
            std::to_string(publication.changed_paths) + " paths changed)"};
  }

  /// Before readers see it: after a kill in between, a rollback still knows what is shown.
  void prepare_switch(const Publication& coming) {
    note_published(coming.commit);
    announce(coming);
  }

  void note_published(const ObjectId& commit) {
    if (history_ && !told_of_hold_) history_->published(commit);
  }

  /// Readers already have the new tree, so leftovers that could not be removed are not a failure.
  void tidy(const FetchFrame& frame) {
    try {
      workspace_->tidy(frame);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      frame.log.warn("cannot clean up: " + error.message(), {{"hint", error.hint()}});
    }
  }

  /// A one-time run notifies together with the other hooks, whose result it waits for.
  void announce(const Publication& coming) {
    if (settings_.hook_wait == Settings::HookWait::background) hooks_.announce(coming);
  }

  void tell(const Publication& publication, const CancelToken& cancel) {
    if (settings_.hook_wait == Settings::HookWait::until_done)
      hooks_.run_once(publication, cancel);
    else
      hooks_.send(publication);
  }

  /// Another process holds the root and keeps the folder at the ref, so readers are served.
  Outcome stand_by(JobContext& context) {
    if (settings_.hook_wait == Settings::HookWait::until_done)
      throw Error(ErrorKind::temporary, "cannot sync '" + place_of(settings_) + "': another process is working there",
                  "stop the other process: only one can work there");
    if (!was_standing_by_)
      context.log.info("another process keeps the folder: standing by", {{"folder", place_of(settings_)}});
    was_standing_by_ = true;
    const auto here = std::visit([](const auto& target) { return published_commit(target); }, settings_.target);
    if (here && is_at_ref(*here, wanted_while_standing_by(context))) context.status.ready();
    return {};
  }

  /// A commit of the history has no ref: the published one is shown by its short name.
  bool is_at_ref(const ObjectId& here, const std::optional<ObjectId>& wanted) const {
    return wanted ? here == *wanted : may_be_short_hash(settings_.ref) && here.hex().starts_with(settings_.ref);
  }

  std::optional<ObjectId> wanted_while_standing_by(JobContext& context) {
    if (const auto hash = ObjectId::parse(settings_.ref)) return hash;
    const auto now = context.clock.now();
    if (asked_ && now - *asked_ < settings_.period) return wanted_;
    asked_ = now;
    wanted_ = find_ref(settings_.ref, remote_->list(prefixes_for(settings_.ref), context.cancel));
    return wanted_;
  }

  std::filesystem::path source_file() { return workspace_->store().git_dir() / "sidekick-source"; }
  std::string source() const {
    const auto* sparse = workspace_->sparse_patterns();
    return url_ + "\n" + settings_.ref + "\n" + settings_.subdir + "\n" + (sparse ? "sparse\n" + sparse->text() : "");
  }

  void remember_source() {
    if (!is_of_same_source()) replace_file(source_file(), source(), published_file);
  }

  /// True when the published tree was made with the same settings, even by another process.
  bool is_of_same_source() {
    std::ifstream file(source_file(), std::ios::binary);
    return file && std::string(std::istreambuf_iterator<char>(file), {}) == source();
  }

  const Settings settings_;
  Log& log_;
  MetricSink& metrics_;
  const std::string url_;
  std::unique_ptr<Remote> remote_;
  std::mt19937_64 random_{std::random_device()()};
  std::optional<Workspace> workspace_;
  Hooks hooks_;  ///< declared after the workspace, so that its lock is held until the last hook has ended
  std::optional<ObjectId> pinned_;
  std::vector<ObjectId> searched_;  ///< the tips whose history has no commit of the short hash
  std::optional<ObjectId> synced_;  ///< what the ref named when this process last published it
  std::optional<Clock::time_point> checked_;
  std::optional<History> history_;  ///< of a linked target
  std::optional<FolderWatch> hold_watch_;
  std::optional<ObjectId> told_of_hold_;
  bool has_two_meanings_ = false;
  bool was_standing_by_ = false;
  std::optional<Clock::time_point> asked_;
  std::optional<ObjectId> wanted_;
};

GitSyncJob::GitSyncJob(Settings settings, Log& log, MetricSink& metrics)
    : impl_(std::make_unique<Impl>(std::move(settings), log, metrics)) {}

GitSyncJob::~GitSyncJob() = default;

Step GitSyncJob::step(JobContext& context) {
  return impl_->step(context);
}

}  // namespace sidekick::git_sync
