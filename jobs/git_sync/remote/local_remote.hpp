/// A repository on this machine, read in process.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "git_sync/remote/remote.hpp"
#include "git_sync/store/libgit2.hpp"
#include "git_sync/store/pack_index.hpp"

namespace sidekick::git_sync {

/// Keeps the repository open while only its refs are read; sees new refs and packs. Throws Error data where an index of
/// a pack is damaged.
class LocalRemote final : public Remote {
 public:
  /// `path` of a repository, bare or with a work tree, also without its ".git".
  explicit LocalRemote(std::string path) : path_(std::move(path)) {}

  std::vector<RemoteRef> list(std::span<const std::string> prefixes, const CancelToken& cancel) override;
  FetchResult fetch(const FetchRequest& request, PackSink& sink, const CancelToken& cancel) override;

 private:
  git_repository* repository();
  void check_indexes();
  std::optional<RemoteRef> describe(git_reference* reference);
  std::optional<ObjectId> peeled(const ObjectId& id);
  std::vector<std::string> names_of_refs(std::span<const std::string> prefixes, const CancelToken& cancel);

  std::string path_;
  RepositoryHandle repository_;
  std::optional<IndexCheck> indexes_;
  std::map<ObjectId, std::optional<ObjectId>> peeled_;  ///< objects never change: looked up once
};

}  // namespace sidekick::git_sync
