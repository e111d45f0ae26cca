/// A command and all that runs below it: collected as it ends, and ended together.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <optional>

#include "sidekick/fd.hpp"
#include "sidekick/keeper.hpp"
#include "sidekick/launch.hpp"

namespace sidekick::run {

/// What processes used, all together; the peak is that of the largest one.
struct Usage {
  std::chrono::microseconds user{0};
  std::chrono::microseconds system{0};
  long peak_kib = 0;

  void add(const struct rusage& usage) noexcept;
};

/// The command runs below a keeper, which adopts what the command leaves behind, so that nothing gets away and no other
/// child of this process is touched. Where this is destroyed while something runs, that runs on; it is killed with this
/// process. One thread.
class Children final {
 public:
  Children() = default;
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// Starts the command: once. Throws as sidekick::launch().
  void launch(LaunchRequest request);

  /// The command, which leads a group of its own.
  pid_t leader() const noexcept { return leader_; }

  /// Readable when there is something to collect; -1 once nothing is left.
  int fd() const noexcept { return reports_.get(); }

  /// Takes note of all that has ended or was stopped, without waiting.
  void collect();

  /// The wait status of the leader, once it ended. SIGKILL's where the keeper was killed.
  std::optional<int> leader_status() const noexcept { return status_; }

  /// The signal that stopped the leader (SIGTSTP, say) since the last call.
  std::optional<int> take_stop() noexcept;

  /// True when nothing of the command and of what it started is left. As of the last collect().
  bool gone() const noexcept { return !reports_; }

  /// To the leader's group.
  void signal_group(int signal) const noexcept;

  /// To all that is left, whatever its group and session; to the leader's group only where there is no usable /proc.
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
