/// A command and all its descendants: reaps them, and ends them together.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <optional>

#include "sidekick/fd.hpp"
#include "sidekick/keeper.hpp"
#include "sidekick/launch.hpp"

namespace sidekick::run {

/// Resources that the processes used in total; the peak is that of the largest process.
struct Usage {
  std::chrono::microseconds user{0};
  std::chrono::microseconds system{0};
  long peak_kib = 0;

  void add(const struct rusage& usage) noexcept;
};

/// The command runs below a keeper, which adopts orphans, so that no descendant escapes and no other child of this
/// process is affected. Processes that run when this is destroyed go on, and are killed with this process. For one
/// thread.
class Children final {
 public:
  Children() = default;
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// Starts the command; call it once. Throws as sidekick::launch().
  void launch(LaunchRequest request);

  /// The command, the leader of its process group.
  pid_t leader() const noexcept { return leader_; }

  /// Readable when a process has ended or stopped; -1 once no process is left.
  int fd() const noexcept { return reports_.get(); }

  /// Reads all reports of ended and stopped processes. Does not block.
  void collect();

  /// The wait status of the leader once it has ended; that of SIGKILL if the keeper was killed.
  std::optional<int> leader_status() const noexcept { return status_; }

  /// The signal that stopped the leader (SIGTSTP, say) since the last call.
  std::optional<int> take_stop() noexcept;

  /// True if neither the command nor a descendant is left, as of the last collect().
  bool gone() const noexcept { return !reports_; }

  /// To the group of the leader.
  void signal_group(int signal) const noexcept;

  /// To all processes that are left, whatever their group and session; only to the group of the leader without a usable
  /// /proc.
  void signal_all(int signal) const noexcept;

  const Usage& usage() const noexcept { return usage_; }

 private:
  void take(const KeeperReport& report) noexcept;
  void keeper_is_gone() noexcept;

  Fd reports_;
  pid_t keeper_ = 0;
  pid_t leader_ = 0;
  std::optional<int> status_;
  std::optional<int> stopped_;
  Usage usage_;
};

}  // namespace sidekick::run
