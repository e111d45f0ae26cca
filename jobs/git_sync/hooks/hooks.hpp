/// What is told of each publication: a command, a URL; and a command that may refuse one.
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

/// One publication, as hooks are told: GITSYNC_HASH and SIDEKICK_HASH, SIDEKICK_PREVIOUS_HASH (empty at first),
/// SIDEKICK_CHANGED_PATHS.
struct Publication {
  ObjectId commit;
  std::optional<ObjectId> previous;
  std::size_t changed_paths = 0;
  std::filesystem::path tree;  ///< the working directory of commands
};

/// One worker each for the commands and the URL, with a mailbox of one: the newest publication takes the place of one
/// that waits, the same hash is not told twice, a failure is tried again after its back-off. Safe from any thread. The
/// destructor ends what runs, with its process group.
class Hooks final {
 public:
  /// `pre_publish_hook` is told in GITSYNC_HASH of the commit published before.
  Hooks(const std::optional<ExecHook>& pre_publish_hook, const std::optional<ExecHook>& exec_hook,
        const std::optional<Webhook>& webhook, Log& log, MetricSink& metrics);
  ~Hooks();
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;

  /// Starts the pre-publish hook and does not wait for it.
  void announce(const Publication& publication);

  /// Tells all hooks; the pre-publish hook only where it was not told before.
  void send(const Publication& publication);

  /// One attempt each, awaited: for runs that end. Throws Error of kind temporary naming the hook that failed, its
  /// retry ruled out; kind cancelled.
  void run_once(const Publication& publication, const CancelToken& cancel);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs the gate in `publication.tree`. Throws Error of kind temporary with the last lines of its output when it
/// refuses, dies or runs out of time; kind cancelled.
void ask_gate(const GateSettings& gate, const Publication& publication, Log& log, const CancelToken& cancel);

}  // namespace sidekick::git_sync
