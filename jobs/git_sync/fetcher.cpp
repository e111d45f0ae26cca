#include "git_sync/fetcher.hpp"

#include <algorithm>
#include <array>

namespace sidekick::git_sync {

namespace {

Extent extent_of(const Scope& scope) {
  return scope.is_partial() ? Extent::trees : Extent::everything;
}

/// Those of `known` that can be named to the remote: it takes them for granted with all they stand for.
std::vector<ObjectId> usable(const Store& store, const std::vector<ObjectId>& known, const Scope& scope,
                             const CancelToken& cancel) {
  std::vector<ObjectId> out;
  std::ranges::copy_if(known, std::back_inserter(out), [&](const ObjectId& id) {
    return store.contains(id) && !store.first_missing(id, cancel, extent_of(scope));
  });
  return out;
}

void receive(Store& store, Remote& remote, const FetchRequest& request, OlderObjects older, const FetchFrame& frame) {
  frame.activity.begin("receiving objects from the remote");
  const auto pack = store.receive(frame.activity, frame.cancel);
  const auto result = remote.fetch(request, *pack, frame.cancel);
  if (result.filter == FetchResult::Filter::ignored)
    frame.log.warn("the server leaves nothing out: fetching every object",
                   {{"filter", request.filter}, {"hint", "uploadpack.allowFilter on the server lets it filter"}});
  pack->keep(result.shallow, older);
}

enum class Answer { given, refused };

/// Objects by their names. The boundary of the history stays where it is.
Answer receive_objects(Store& store, Remote& remote, std::vector<ObjectId> wants, const std::string& filter,
                       const FetchFrame& frame) {
  frame.activity.begin("receiving single objects from the remote");
  const auto pack = store.receive(frame.activity, frame.cancel);
  try {
    (void)remote.fetch({std::move(wants), {}, {}, 0, filter}, *pack, frame.cancel);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::no_input) throw;
    frame.log.warn("the server does not give out single objects: fetching every object", {{"cause", error.message()}});
    return Answer::refused;
  }
  pack->keep(store.shallow(), OlderObjects::keep);
  return Answer::given;
}

void sort_once_each(std::vector<ObjectId>& ids) {
  std::ranges::sort(ids);
  const auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
}

std::vector<ObjectId> missing_of(const Store& store, std::vector<ObjectId> ids) {
  sort_once_each(ids);
  std::erase_if(ids, [&](const ObjectId& id) { return store.contains(id); });
  return ids;
}

/// Without throwing for what is damaged, which is as good as not there.
template <class Test>
bool holds(Test&& test) {
  try {
    return test();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    return false;
  }
}

bool has_trees(const Store& store, const ObjectId& id, int depth, const CancelToken& cancel) {
  return store.contains(id) && holds([&] {
           const auto commit = store.commit_of(id);
           return !store.first_missing(commit, cancel, Extent::trees) && store.has_depth(commit, depth, cancel);
         });
}

/// Brings what the filter left out and is needed: in one request, or in one more where trees are missing. Whether that
/// makes the commit whole is for the caller to see.
Answer complete(Store& store, Remote& remote, const ObjectId& id, const Scope& scope, const FetchFrame& frame) {
  if (!scope.is_partial()) return Answer::given;
  try {
    const auto commit = store.commit_of(id);
    if (store.first_missing(commit, frame.cancel, Extent::trees) &&
        receive_objects(store, remote, {store.tree_of(commit)}, "blob:none", frame) == Answer::refused)
      return Answer::refused;
    auto missing = missing_of(store, scope.needed(commit));
    return missing.empty() ? Answer::given : receive_objects(store, remote, std::move(missing), {}, frame);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    return Answer::given;
  }
}

ObjectId replace_all(Store& store, Remote& remote, const ObjectId& id, Scope scope, const FetchFrame& frame) {
  receive(store, remote, {{id}, {}, {}, scope.depth, scope.filter}, OlderObjects::drop, frame);
  if (complete(store, remote, id, scope, frame) == Answer::refused) {
    scope.filter.clear();
    receive(store, remote, {{id}, {}, {}, scope.depth, {}}, OlderObjects::drop, frame);
  }
  if (!is_whole(store, id, scope, frame.cancel))
    throw Error(ErrorKind::data, "cannot fetch " + id.hex() + ": the remote did not send all of its objects",
                "the remote repository may be damaged: run 'git fsck' there");
  return store.commit_of(id);
}

}  // namespace

bool is_whole(const Store& store, const ObjectId& id, const Scope& scope, const CancelToken& cancel) {
  return store.contains(id) && holds([&] {
           const auto commit = store.commit_of(id);
           if (store.first_missing(commit, cancel, extent_of(scope))) return false;
           return !scope.is_partial() || missing_of(store, scope.needed(commit)).empty();
         });
}

bool is_complete(const Store& store, const ObjectId& id, const Scope& scope, const CancelToken& cancel) {
  return is_whole(store, id, scope, cancel) && store.has_depth(store.commit_of(id), scope.depth, cancel);
}

ObjectId fetch(Store& store, Remote& remote, const ObjectId& id, const Scope& scope, const std::vector<ObjectId>& known,
               const FetchFrame& frame) {
  // Of a commit whose trees are here only blobs are asked for: a fetch was cut short, or more of it is published now.
  auto answer = Answer::given;
  const bool lacks_blobs = scope.is_partial() && has_trees(store, id, scope.depth, frame.cancel);
  const auto haves = lacks_blobs ? std::vector<ObjectId>{} : usable(store, known, scope, frame.cancel);
  if (lacks_blobs || !haves.empty() || known.empty()) {
    const bool is_first = haves.empty();
    const FetchRequest request{
        {id}, haves, is_first ? std::vector<ObjectId>{} : store.shallow(), scope.depth, scope.filter};
    if (!lacks_blobs) receive(store, remote, request, OlderObjects::keep, frame);
    answer = complete(store, remote, id, scope, frame);
    // A remote may have less history than was asked for.
    if (answer == Answer::given && is_whole(store, id, scope, frame.cancel)) return store.commit_of(id);
  }
  if (answer == Answer::refused) return replace_all(store, remote, id, {scope.depth, {}, {}}, frame);
  return fetch_anew(store, remote, id, scope, frame);
}

ObjectId fetch_anew(Store& store, Remote& remote, const ObjectId& id, const Scope& scope, const FetchFrame& frame) {
  frame.log.warn("the local repository is damaged or partial: fetching everything again",
                 {{"folder", store.git_dir().string()}});
  return replace_all(store, remote, id, scope, frame);
}

void fetch_all(Store& store, Remote& remote, const std::string& filter, const FetchFrame& frame) {
  const std::array<std::string, 2> prefixes{"refs/heads/", "refs/tags/"};
  FetchRequest request{{}, {}, {}, 0, filter};
  frame.activity.begin("waiting for the list of all refs");
  for (const auto& ref : remote.list(prefixes, frame.cancel)) request.wants.push_back(ref.id);
  sort_once_each(request.wants);
  if (request.wants.empty()) return;
  receive(store, remote, request, OlderObjects::keep, frame);
}

}  // namespace sidekick::git_sync
