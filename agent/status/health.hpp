/// What probes learn about a job.
#pragma once

#include <atomic>

namespace sidekick::status {

/// Thread safe.
class Health final {
 public:
  /// What the job provides is usable, and stays so.
  void ready() noexcept { ready_ = true; }

  /// The job does nothing more, and the process only stays up.
  void park() noexcept { parked_ = true; }

  /// Whether the job fails at present.
  void fails(bool does) noexcept { fails_ = does; }

  /// True from the first call of ready().
  bool was_ready() const noexcept { return ready_; }

  /// True when the job may be relied on: ready, not parked, and not failing.
  bool is_ready() const noexcept { return ready_ && !parked_ && !fails_; }

  bool is_parked() const noexcept { return parked_; }

 private:
  std::atomic<bool> ready_ = false;
  std::atomic<bool> parked_ = false;
  std::atomic<bool> fails_ = false;
};

}  // namespace sidekick::status
