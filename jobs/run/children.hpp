/// All that runs below this process: collected as it ends, and ended together.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <set>

namespace sidekick::run {

/// What processes used, all together; the peak is that of the largest one.
struct Usage {
  std::chrono::microseconds user{0};
  std::chrono::microseconds system{0};
  long peak_kib = 0;

  void add(const struct rusage& usage) noexcept;
};

/// The only one who collects children while it lives. Makes the process the one to whom orphans below it fall, so that
/// nothing gets away. What was there before it is left alone. One thread.
class Children final {
 public:
  Children();

  /// The one whose end is waited for, which leads a group of its own.
  void lead(pid_t leader) noexcept { leader_ = leader; }
  pid_t leader() const noexcept { return leader_; }

  /// Collects all that has ended, without waiting.
  void collect();

  /// The wait status of the leader, once it was collected.
  std::optional<int> leader_status() const noexcept { return status_; }

  /// The signal that stopped the leader (SIGTSTP, say) since the last call.
  std::optional<int> take_stop() noexcept;

  /// True when nothing is left of what came after the construction. As of the last collect().
  bool gone() const;

  /// To the leader's group.
  void signal_group(int signal) const noexcept;

  /// To all that is left, whatever its group and session.
  void signal_all(int signal) const noexcept;

  const Usage& usage() const noexcept { return usage_; }

 private:
  std::set<pid_t> strangers_;
  pid_t leader_ = 0;
  std::optional<int> status_;
  std::optional<int> stopped_;
  bool none_ = true;
  Usage usage_;
};

}  // namespace sidekick::run
