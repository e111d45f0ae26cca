/// Signals on their way from the thread that receives them to the job that passes them on.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "sidekick/fd.hpp"

namespace sidekick {

/// Holds each signal at most once, as the kernel does; SIGTSTP and SIGCONT take each other back. SIGKILL stands for the
/// wish that what is being stopped be ended at once. Thread safe; one thread takes.
class PendingSignals final {
 public:
  /// Throws Error of kind io where no descriptor can be had.
  PendingSignals();

  /// `signal` is from 1 to 63.
  void put(int signal) noexcept;

  /// All that came since the last call, in ascending order.
  std::vector<int> take();

  /// Readable while there is something to take. Never read from it.
  int fd() const noexcept { return event_.get(); }

  /// Locked while a program runs that the signals are for.
  std::mutex& running() noexcept { return running_; }

  /// Locked while a child of this process has a status that its starter waits for: nobody else collects children then.
  std::mutex& collecting() noexcept { return collecting_; }

 private:
  std::atomic<std::uint64_t> waiting_ = 0;
  Fd event_;
  std::mutex running_;
  std::mutex collecting_;
};

}  // namespace sidekick
