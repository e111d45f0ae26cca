/// A root that is ours: its repository, and what readers see of it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "git_sync/content.hpp"
#include "git_sync/fetcher.hpp"
#include "git_sync/hooks/hooks.hpp"
#include "git_sync/publish/publisher.hpp"
#include "git_sync/publish/root.hpp"
#include "git_sync/settings.hpp"
#include "git_sync/store/store.hpp"

namespace sidekick::git_sync {

/// Holds the root's lock while it lives. For one thread. Members throw what Store, Remote and Publisher throw.
class Workspace final {
 public:
  /// Makes the root ready and opens it. `settings` and `log` outlive it.
  Workspace(const Settings& settings, RootLock lock, Log& log);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  Store& store() noexcept { return store_; }
  const Publisher& publisher() const noexcept { return *publisher_; }

  /// The sparse patterns that are in force; none where all is published.
  const SparsePatterns* sparse_patterns() const noexcept { return source_.sparse_patterns(); }

  /// False once the root or its repository was taken away: only a workspace made anew is of use then.
  bool stands() const;

  /// True when readers are still sent to what was published or checked last. Reads one link or the marks of one file.
  bool shows_published() const;

  /// Walks what is published and the objects it is made of, and puts right what is damaged; objects that are missing
  /// come from `remote`, which is asked for nothing else. The commit that is published and whole now; nothing when
  /// there is none.
  std::optional<ObjectId> check(Remote& remote, const FetchFrame& frame);

  /// Told of a publication before readers are sent to its tree.
  using Announce = std::function<void(const Publication&)>;

  /// Reads the sparse patterns anew, brings `id` (a commit or annotated tag) here, unless it is, and makes it what
  /// readers see after the gate let it pass.
  Publication publish(const ObjectId& id, Remote& remote, const Announce& announce, const FetchFrame& frame);

  /// Removes trees that nobody is told of any more, once their time is over.
  void remove_old_trees(const FetchFrame& frame);

  /// The same, and drops objects that nothing needs.
  void tidy(const FetchFrame& frame);

 private:
  /// Does the work; where that fails because objects are damaged, again with all of that repository fetched anew.
  void with_sound_objects(Content& content, Remote& remote, const FetchFrame& frame, const std::function<void()>& work);
  /// Brings a publication that was cut short to its end where all that it wants is here: the remote may be gone.
  void finish(const FetchFrame& frame);
  void mend(const Content& content, const FetchFrame& frame);
  Gate gate_for(const Publication& publication, const FetchFrame& frame) const;

  const Settings& settings_;
  Log& log_;
  RootLock lock_;
  std::filesystem::path git_dir_;
  Store store_;
  ContentSource source_;
  std::unique_ptr<Publisher> publisher_;
  std::optional<Content> published_;
};

}  // namespace sidekick::git_sync
