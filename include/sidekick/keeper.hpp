/// The process between a job and a command that tracks all descendants of the command.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

namespace sidekick {

/// What a keeper writes to its pipe, each in one piece.
struct KeeperReport {
  enum class What { started, changed } what = What::started;
  pid_t pid = 0;          ///< of the command (started), or of the process that ended or was stopped (changed)
  int status = 0;         ///< of wait4()
  bool last = false;      ///< no process is left below the keeper, which ends
  struct rusage usage{};  ///< of a process that ended
};

/// Turns the calling process into the parent of a command: forks, and returns in the new process, which is to become
/// the command. The calling process adopts what the command leaves behind, collects everything that ends below it,
/// reports that to `reports`, and ends once nothing is left. It is in a process group of its own, blocks all signals,
/// and closes all descriptors but `reports`. Returns -1, with errno, if fork fails. Async-signal-safe after a fork of a
/// process with threads.
pid_t fork_below_keeper(int reports) noexcept;

}  // namespace sidekick
