/// What runs at each publication: a command, a URL, and a gate that may reject it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "git_sync/object_id.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/log.hpp"
#include "sidekick/metrics.hpp"

namespace sidekick::git_sync {

/// One publication, as hooks see it: GITSYNC_HASH and SIDEKICK_HASH, SIDEKICK_PREVIOUS_HASH (empty at first),
/// SIDEKICK_CHANGED_PATHS.
struct Publication {
  ObjectId commit;
  std::optional<ObjectId> previous;
  std::size_t changed_paths = 0;
  std::filesystem::path tree;  ///< the working directory of commands
};

/// One worker each for the commands, the URL and the signal, with a mailbox of one: a newer publication replaces a
/// waiting one, the same hash is not sent twice, a failure is retried after its back-off. Safe from any thread. The
/// destructor ends running commands with their process groups.
class Hooks final {
 public:
  /// `pre_publish_hook` gets the commit published before in GITSYNC_HASH.
  Hooks(const std::optional<ExecHook>& pre_publish_hook, const std::optional<ExecHook>& exec_hook,
        const std::optional<Webhook>& webhook, const std::optional<PostSyncSignal>& signal, Log& log,
        MetricSink& metrics);
  ~Hooks();
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;

  /// Starts the pre-publish hook without waiting for it.
  void announce(const Publication& publication);

  /// Calls all hooks; the pre-publish hook only where it was not called before.
  void send(const Publication& publication);

  /// Makes one attempt each and waits: for one-time runs. Throws Error of kind temporary that names the failed hook and
  /// is not retried; kind cancelled.
  void run_once(const Publication& publication, const CancelToken& cancel);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs the gate in `publication.tree`. Throws Error of kind temporary with the last lines of its output when it
/// rejects the tree, dies or runs out of time; kind cancelled.
void ask_gate(const GateSettings& gate, const Publication& publication, Log& log, const CancelToken& cancel);

}  // namespace sidekick::git_sync
