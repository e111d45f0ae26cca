/// The job `run`: runs a command to completion.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "run/once_lock.hpp"
#include "run/report.hpp"
#include "run/settings.hpp"
#include "sidekick/job.hpp"
#include "sidekick/pending_signals.hpp"
#include "wait/wait_job.hpp"

namespace sidekick::run {

/// A one-shot job; each run is one attempt of the command. Waits before the first attempt as WaitJob does, if the
/// settings ask for it. Succeeds if the command exits with a success code, unless it was asked to end before (see
/// Settings::stopped_with_success). Throws Error: command (it failed; with its own exit code), no_input (127), denied
/// (126), cancelled (after all descendants have ended), what WaitJob, OnceLock and lock_file() throw.
///
/// Killing this process ends the command, but not its descendants: they end with the container.
class CommandJob final : public OneShotJob {
 public:
  /// `pending` outlives this. `stop` is cancelled when the process ends. Throws as WaitJob().
  CommandJob(Settings settings, PendingSignals& pending, CancelToken stop);

  Outcome run(JobContext& context) override;

  /// Call it once the outcome is known, with the exit code of the process: runs the hook for the outcome, whose failure
  /// is a warning, and writes the report. Returns the report, cut to at most 4 KiB.
  std::string ended(int code, std::string_view message, Log& log);

 private:
  Outcome run_command(JobContext& context);
  int standard_input() const;
  bool take_locks(JobContext& context);
  Outcome check() const;
  AttemptEnd attempt(JobContext& context);
  Outcome judge(const AttemptEnd& end, Log& log) const;
  void run_hook(const std::vector<std::string>& argv, int code, Log& log);

  Settings settings_;
  std::optional<wait::WaitJob> waiting_;  ///< until it has succeeded
  PendingSignals& pending_;
  CancelToken stop_;
  Fd lock_;
  std::unique_ptr<OnceLock> once_;
  std::optional<Outcome> done_;  ///< set: only the record is left to write
  Report report_;
};

}  // namespace sidekick::run
