#include "git_sync/fetcher.hpp"

#include <algorithm>
#include <array>

namespace sidekick::git_sync {

namespace {

/// The subset of `known` that may be named to the remote, which then assumes that everything reachable from it is here.
std::vector<ObjectId> usable(const Store& store, const std::vector<ObjectId>& known, const CancelToken& cancel) {
  std::vector<ObjectId> out;
  std::ranges::copy_if(known, std::back_inserter(out),
                       [&](const ObjectId& id) { return store.contains(id) && !store.first_missing(id, cancel); });
  return out;
}

void receive(Store& store, Remote& remote, const FetchRequest& request, OlderObjects older, const FetchFrame& frame) {
  const auto pack = store.receive(frame.status, frame.cancel);
  const auto result = remote.fetch(request, *pack, frame.cancel);
  pack->keep(result.shallow, older);
}

}  // namespace

bool is_whole(const Store& store, const ObjectId& id, const CancelToken& cancel) {
  if (!store.contains(id)) return false;
  try {
    return !store.first_missing(store.commit_of(id), cancel);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    return false;  // damaged: as good as not there
  }
}

bool is_complete(const Store& store, const ObjectId& id, int depth, const CancelToken& cancel) {
  return is_whole(store, id, cancel) && store.has_depth(store.commit_of(id), depth, cancel);
}

ObjectId fetch(Store& store, Remote& remote, const ObjectId& id, int depth, const std::vector<ObjectId>& known,
               const FetchFrame& frame) {
  const auto haves = usable(store, known, frame.cancel);
  if (!haves.empty() || known.empty()) {
    const bool is_first = haves.empty();
    const FetchRequest request{{id}, haves, is_first ? std::vector<ObjectId>{} : store.shallow(), depth};
    receive(store, remote, request, OlderObjects::keep, frame);
    // A remote may have less history than requested.
    if (is_whole(store, id, frame.cancel)) return store.commit_of(id);
  }
  return fetch_anew(store, remote, id, depth, frame);
}

ObjectId fetch_anew(Store& store, Remote& remote, const ObjectId& id, int depth, const FetchFrame& frame) {
  frame.log.warn("the local repository is damaged: fetching everything again", {{"folder", store.git_dir().string()}});
  receive(store, remote, {{id}, {}, {}, depth}, OlderObjects::drop, frame);
  if (!is_whole(store, id, frame.cancel))
    throw Error(ErrorKind::data, "cannot fetch " + id.hex() + ": the remote did not send all of its objects",
                "the remote repository may be damaged: run 'git fsck' there");
  return store.commit_of(id);
}

void fetch_all(Store& store, Remote& remote, const FetchFrame& frame) {
  const std::array<std::string, 2> prefixes{"refs/heads/", "refs/tags/"};
  FetchRequest request{{}, {}, {}, 0};
  for (const auto& ref : remote.list(prefixes, frame.cancel)) request.wants.push_back(ref.id);
  std::ranges::sort(request.wants);
  const auto repeated = std::ranges::unique(request.wants);
  request.wants.erase(repeated.begin(), repeated.end());
  if (request.wants.empty()) return;
  receive(store, remote, request, OlderObjects::keep, frame);
}

}  // namespace sidekick::git_sync
