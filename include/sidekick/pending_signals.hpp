/// Signals on their way from the thread that receives them to the job that passes them on.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "sidekick/fd.hpp"

namespace sidekick {

/// Holds each signal at most once, as the kernel does; SIGTSTP and SIGCONT cancel each other. SIGKILL asks to kill at
/// once what is being stopped. Thread safe; one thread calls take().
class PendingSignals final {
 public:
  /// Throws Error of kind io if no descriptor is available.
  PendingSignals();

  /// `signal` is from 1 to 63.
  void put(int signal) noexcept;

  /// All signals since the last call, in ascending order.
  std::vector<int> take();

  /// Readable while a signal is pending. Never read from it.
  int fd() const noexcept { return event_.get(); }

  /// Locked while the program runs that receives the signals.
  std::mutex& running() noexcept { return running_; }

  /// Locked while the starter of a child waits for its status: nobody else reaps children then.
  std::mutex& collecting() noexcept { return collecting_; }

 private:
  std::atomic<std::uint64_t> waiting_ = 0;
  Fd event_;
  std::mutex running_;
  std::mutex collecting_;
};

}  // namespace sidekick
