#include "git_sync/workspace.hpp"

#include <array>

#include "git_sync/metrics.hpp"
#include "git_sync/publish/checkout_reader.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/store/libgit2.hpp"

namespace sidekick::git_sync {

namespace {

std::filesystem::path prepare(const Settings& settings, Log& log) {
  if (const auto* linked = std::get_if<LinkedTarget>(&settings.target)) {
    const std::array reports{settings.touch_file, settings.error_file};
    return prepare_root(*linked, log, reports);
  }
  return prepare_root(std::get<InPlaceTarget>(settings.target), settings.remote.url, log);
}

std::unique_ptr<Publisher> make_publisher(const Settings& settings, const std::filesystem::path& git_dir, Log& log) {
  if (const auto* linked = std::get_if<LinkedTarget>(&settings.target))
    return make_linked_publisher(*linked, git_dir, log);
  return make_in_place_publisher(std::get<InPlaceTarget>(settings.target), git_dir, log);
}

/// The part of the snapshot that has a damaged object; nothing where all can be read. Throws Error data where the
/// snapshot itself is at fault.
std::optional<std::size_t> damaged_part(const Snapshot& snapshot, const CancelToken& cancel) {
  std::vector<RepositoryHandle> opened;
  std::vector<OdbHandle> stored;
  stored.reserve(snapshot.parts.size());
  for (const auto& part : snapshot.parts)
    stored.push_back(odb_of(opened.emplace_back(open_repository(part.store->git_dir().string())).get()));
  for (const auto& entry : list_entries(snapshot, cancel)) {
    cancel.throw_if_cancelled();
    try {
      (void)read_object(stored[entry.part].get(), entry.blob, GIT_OBJECT_BLOB, "content of '" + entry.path + "'");
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data) throw;
      return entry.part;
    }
  }
  try {
    const CheckoutReader attributes(snapshot);
    return {};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    return 0;
  }
}

/// Later repairs are not publications, so hooks are not called.
struct StopsAnnouncing {
  Publisher& publisher;
  ~StopsAnnouncing() { publisher.before_switch({}); }
};

}  // namespace

Workspace::Workspace(const Settings& settings, RootLock lock, Log& log)
    : settings_(settings),
      log_(log),
      lock_(std::move(lock)),
      git_dir_(prepare(settings, log)),
      store_(Store::open_or_create(git_dir_, access_of(settings))),
      source_(settings, store_),
      publisher_(make_publisher(settings, git_dir_, log)) {}

bool Workspace::stands() const {
  std::error_code error;
  const auto is_gone = [&](const char* name) { return !std::filesystem::exists(git_dir_ / name, error) && !error; };
  return lock_.stands() && !is_gone("HEAD") && !is_gone("objects/pack");
}

bool Workspace::shows_published() const {
  return published_ && publisher_->current() == published_->commit;
}

Scope Workspace::scope(const FetchFrame& frame) {
  return {settings_.depth, settings_.filter,
          [this, &frame](const ObjectId& commit) { return source_.needed_blobs(commit, frame.cancel); }};
}

void Workspace::finish(const FetchFrame& frame) {
  const auto commit = publisher_->interrupted();
  if (!commit || !is_whole(store_, *commit, scope(frame), frame.cancel)) return;
  publisher_->publish(source_.fetch(*commit, frame), {}, frame.cancel);
}

std::optional<ObjectId> Workspace::check(Remote& remote, const FetchFrame& frame) {
  if (!publisher_->current()) finish(frame);
  const auto commit = publisher_->current();
  if (!commit) return {};
  // Readers do not depend on the depth of the history: it can wait for the next contact with the remote.
  const auto all = scope(frame);
  if (!is_whole(store_, *commit, all, frame.cancel)) fetch(store_, remote, *commit, all, {*commit}, frame);
  auto snapshot = source_.fetch(*commit, frame);
  // Before the repair: what is changed after it is noticed, and so is the repair itself, which costs another check.
  watch(snapshot, frame.cancel);
  with_sound_objects(snapshot, remote, frame, [&] { mend(snapshot, frame); });
  published_ = std::move(snapshot);
  return commit;
}

void Workspace::with_sound_objects(Snapshot& snapshot, Remote& remote, const FetchFrame& frame,
                                   const std::function<void()>& work) {
  for (auto repairs = snapshot.parts.size();; repairs--) {
    try {
      return work();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data || repairs == 0) throw;
      const auto damaged = damaged_part(snapshot, frame.cancel);
      if (!damaged) throw;
      if (*damaged == 0)
        fetch_anew(store_, remote, snapshot.commit, scope(frame), frame);
      else
        source_.distrust(*snapshot.parts[*damaged].store);
    }
    snapshot = source_.fetch(snapshot.commit, frame);
  }
}

void Workspace::mend(const Snapshot& snapshot, const FetchFrame& frame) {
  const auto found = publisher_->inspect(snapshot, frame.cancel);
  // Under other settings it is another publication: of that the gate and the hooks are told.
  if (found.damaged == 0 || found.settings == Inspection::Settings::other) return;
  std::string examples;
  for (const auto& path : found.examples) examples += (examples.empty() ? "" : ", ") + path;
  log_.warn("published files were missing or changed by someone else: repairing them",
            {{"files", found.damaged}, {"examples", examples}});
  publisher_->publish(snapshot, {}, frame.cancel);
  frame.metrics.record(metric_repairs, static_cast<double>(found.damaged));
}

Gate Workspace::gate_for(const Publication& publication, const FetchFrame& frame) const {
  if (!settings_.gate) return {};
  return [this, publication, &frame](const std::filesystem::path& folder) {
    frame.activity.begin("waiting for the gate '" + settings_.gate->argv.front() + "'");
    auto asked = publication;
    asked.tree = folder;
    ask_gate(*settings_.gate, asked, frame.log, frame.cancel);
  };
}

Publication Workspace::publish(const ObjectId& id, Remote& remote, const Announce& announce, const FetchFrame& frame) {
  source_.read_sparse_patterns();
  Publication publication;
  publication.previous = publisher_->current();
  std::vector<ObjectId> known;
  if (publication.previous) known.push_back(*publication.previous);
  const auto all = scope(frame);
  publication.commit =
      is_complete(store_, id, all, frame.cancel) ? store_.commit_of(id) : fetch(store_, remote, id, all, known, frame);
  auto snapshot = source_.fetch(publication.commit, frame);
  const auto gate = gate_for(publication, frame);
  const StopsAnnouncing at_the_end{*publisher_};
  publisher_->before_switch([&announce, publication](const std::filesystem::path& tree) mutable {
    publication.tree = tree;
    announce(publication);
  });
  with_sound_objects(snapshot, remote, frame, [&] {
    frame.activity.begin("writing the files");
    publication.changed_paths = publisher_->publish(snapshot, gate, frame.cancel).changed_paths;
  });
  // Only here: where the record is lost or was never there, it shows which files came from git.
  store_.set_head(publication.commit);
  publication.tree = publisher_->tree_path();
  published_ = std::move(snapshot);
  return publication;
}

std::optional<Publication> Workspace::show(const ObjectId& commit, const Announce& announce) {
  Publication publication{commit, publisher_->current(), 0, {}};
  const StopsAnnouncing at_the_end{*publisher_};
  publisher_->before_switch([&announce, publication](const std::filesystem::path& tree) mutable {
    publication.tree = tree;
    announce(publication);
  });
  const auto published = publisher_->show(commit);
  if (!published) return {};
  publication.changed_paths = published->changed_paths;
  publication.tree = publisher_->tree_path();
  published_.reset();
  store_.set_head(commit);
  return publication;
}

void Workspace::watch(const Snapshot& snapshot, const CancelToken& cancel) {
  watch_.emplace(publisher_->tree_path(), list_snapshot(snapshot, cancel));
}

void Workspace::watch_published(const CancelToken& cancel) {
  if (published_) watch(*published_, cancel);
}

bool Workspace::sees_change() {
  return watch_ && watch_->changed();
}

void Workspace::remove_old_trees(const FetchFrame& frame) {
  publisher_->tidy(frame.cancel);
}

void Workspace::tidy(const FetchFrame& frame) {
  frame.activity.begin("removing what is no longer needed");
  remove_old_trees(frame);
  if (!published_ || settings_.garbage_collection == GarbageCollection::never) return;
  const auto when = settings_.garbage_collection;
  auto freed = store_.collect_garbage({published_->commit}, when, frame.cancel,
                                      settings_.filter.empty() ? Extent::everything : Extent::trees);
  freed += source_.collect_garbage(*published_, when, frame.cancel);
  if (freed > 0) log_.debug("removed objects that are no longer needed", {{"bytes", freed}});
}

}  // namespace sidekick::git_sync
