/// The job `run`: a command, run to completion.
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

/// A one-shot job, each of whose runs is one attempt of the command; ahead of the first attempt it waits as WaitJob
/// does, where that is wanted. Succeeds when the command exits with a code of success, unless it was told to end before
/// (see Settings::stopped_with_success). Throws Error: command (it failed; with its own exit code), no_input (127),
/// denied (126), cancelled (after everything it started was ended), what WaitJob, OnceLock and lock_file() throw.
///
/// A kill ends the command, not what the command started: that does the end of the container.
class CommandJob final : public OneShotJob {
 public:
  /// `pending` outlives this. `stop` is cancelled when the process is to end. Throws as WaitJob().
  CommandJob(Settings settings, PendingSignals& pending, CancelToken stop);

  Outcome run(JobContext& context) override;

  /// To be called once the outcome is known, with the exit code that is to follow: runs the command for that, whose
  /// failure is a warning, and writes the report. Returns the report, at most 4 KiB of it.
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
  std::optional<Outcome> done_;  ///< what is left to do then is to record it
  Report report_;
};

}  // namespace sidekick::run
