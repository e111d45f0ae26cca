#include "git_sync/snapshot_builder.hpp"

#include <algorithm>

#include "git_sync/local_files.hpp"
#include "git_sync/publish/attributes.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/root_detail.hpp"
#include "git_sync/publish/state_folder.hpp"
#include "git_sync/submodules.hpp"

namespace sidekick::git_sync {

namespace {

/// In a linked root and below .sidekick every repository belongs to git-sync. A repository beside an adopted .git does
/// not.
bool are_all_ours(const Settings& settings, const Store& store) {
  const auto* folder = std::get_if<InPlaceTarget>(&settings.target);
  std::error_code error;
  return folder == nullptr || std::filesystem::equivalent(store.git_dir(), StateFolder(folder->folder).git, error);
}

Snapshot::LinksNeedParts links_need_parts(Submodules which) {
  if (which == Submodules::off) return Snapshot::LinksNeedParts::of_none;
  return which == Submodules::shallow ? Snapshot::LinksNeedParts::of_main : Snapshot::LinksNeedParts::of_all;
}

/// A server that serves no commits by hash is asked for everything.
void fetch_by_hash(Store& store, Remote& remote, const ObjectId& commit, int depth, OlderObjects older,
                   const FetchFrame& frame) {
  try {
    if (older == OlderObjects::drop)
      git_sync::fetch_anew(store, remote, commit, {depth}, frame);
    else
      git_sync::fetch(store, remote, commit, {depth}, {}, frame);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::no_input) throw;
    fetch_all(store, remote, {}, frame);
    if (!is_whole(store, commit, {depth}, frame.cancel)) throw;
  }
}

struct ModuleUrl {
  const std::string& parent;
  const std::string& own;
};

void fetch_module(Store& store, const RemoteSettings& main, const ModuleUrl& url, const Submodule& module, int depth,
                  OlderObjects older, const FetchFrame& frame) {
  try {
    frame.activity.begin("opening the remote of submodule '" + module.path + "'");
    const auto remote = remote_of_submodule(main, url.parent, url.own);
    const auto source = open_remote(remote, frame.log, frame.metrics);
    fetch_by_hash(store, *source, module.commit, depth, older, frame);
  } catch (const Error& error) {
    throw Error(error.kind(), "submodule '" + module.path + "': " + error.message(),
                error.hint().empty() ? "--submodules=off skips submodules" : error.hint());
  }
}

}  // namespace

SnapshotBuilder::SnapshotBuilder(const Settings& settings, const Store& store) : settings_(settings), store_(store) {}

void SnapshotBuilder::read_sparse_patterns() {
  if (!settings_.sparse_file.empty())
    sparse_ = std::make_shared<const SparsePatterns>(SparsePatterns::read(settings_.sparse_file));
}

Snapshot SnapshotBuilder::snapshot_without_submodules(const ObjectId& commit) {
  if (!sparse_) read_sparse_patterns();
  Snapshot snapshot{commit, {}, settings_.subdir};
  snapshot.parts.push_back({"", &store_, commit, store_.tree_of(commit, settings_.subdir)});
  snapshot.sparse = sparse_;
  return snapshot;
}

std::vector<ObjectId> SnapshotBuilder::needed_blobs(const ObjectId& commit, const CancelToken& cancel) {
  const auto snapshot = snapshot_without_submodules(commit);
  std::vector<ObjectId> out;
  for (const auto& entry : list_entries(snapshot, cancel)) out.push_back(entry.blob);
  for (const auto& file : attribute_files(snapshot, 0)) out.push_back(file.blob);
  if (settings_.submodules == Submodules::off) return out;
  if (const auto file = description_of_submodules(store_, commit)) out.push_back(*file);
  return out;
}

Snapshot SnapshotBuilder::fetch(const ObjectId& commit, const FetchFrame& frame) {
  auto snapshot = snapshot_without_submodules(commit);
  snapshot.links_need_parts = links_need_parts(settings_.submodules);
  if (settings_.submodules != Submodules::off)
    add_submodules(snapshot, {store_, commit, settings_.remote.url, ""}, frame);
  return snapshot;
}

void SnapshotBuilder::add_submodules(Snapshot& snapshot, const Parent& parent, const FetchFrame& frame) {
  const auto published = settings_.subdir.empty() ? "" : settings_.subdir + "/";
  for (const auto& module : submodules_of(parent.store, parent.commit)) {
    const auto path = parent.prefix + module.path + "/";
    if (!path.starts_with(published)) continue;
    if (module.update == Submodule::Update::never) {
      frame.log.debug("skipping a submodule with 'update = none'", {{"path", parent.prefix + module.path}});
      snapshot.links_left_empty.insert(path.substr(published.size(), path.size() - published.size() - 1));
      continue;
    }
    auto& store = store_at(parent.store.git_dir() / "modules" / module.name, frame);
    const auto url = resolve_submodule_url(parent.url, module.url);
    // The history does not matter: the server may have been asked for everything, or may itself have less.
    const auto older = distrusted_.erase(store.git_dir()) > 0 ? OlderObjects::drop : OlderObjects::keep;
    if (older == OlderObjects::drop || !is_whole(store, module.commit, {settings_.depth}, frame.cancel))
      fetch_module(store, settings_.remote, {parent.url, url}, module, settings_.depth, older, frame);
    snapshot.parts.push_back({path.substr(published.size()), &store, module.commit, store.tree_of(module.commit)});
    if (settings_.submodules == Submodules::recursive)
      add_submodules(snapshot, {store, module.commit, url, path}, frame);
  }
}

std::uint64_t SnapshotBuilder::collect_garbage(const Snapshot& snapshot, GarbageCollection when,
                                               const CancelToken& cancel) {
  std::uint64_t freed = 0;
  for (auto& store : modules_) {
    std::vector<ObjectId> keep;
    for (const auto& part : snapshot.parts)
      if (part.store == &store) keep.push_back(part.commit);
    if (!keep.empty()) freed += store.collect_garbage(keep, when, cancel);
  }
  return freed;
}

void SnapshotBuilder::distrust(const Store& store) {
  distrusted_.insert(store.git_dir());
}

Store& SnapshotBuilder::store_at(const std::filesystem::path& git_dir, const FetchFrame& frame) {
  const auto known = std::ranges::find(modules_, git_dir, &Store::git_dir);
  if (known != modules_.end()) return *known;
  std::error_code failure;
  if (are_all_ours(settings_, store_) && std::filesystem::exists(git_dir, failure) && !opens_as_repository(git_dir)) {
    frame.log.warn("deleting a repository that cannot be opened", {{"path", git_dir.native()}});
    std::filesystem::remove_all(git_dir, failure);
  }
  make_folders(git_dir.parent_path(), folder_mode(settings_));
  return modules_.emplace_back(Store::open_or_create(git_dir, access_of(settings_)));
}

}  // namespace sidekick::git_sync
