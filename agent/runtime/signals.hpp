/// The one owner of the process's signals.
#pragma once

#include <csignal>
#include <thread>

#include "agent/runtime/interrupt.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::runtime {

enum class Orphans { leave, reap };

/// While it lives, SIGTERM and SIGINT raise the interrupt; a second one ends the process at once with 128 + n. With
/// Orphans::reap (for PID 1) every child that ended is collected. SIGPIPE is ignored. To be made before any other
/// thread is, so that all inherit the blocked signals. Throws Error of kind io.
class SignalThread final {
 public:
  SignalThread(Interrupt& interrupt, Orphans orphans);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void listen();
  void take(int signal);

  Interrupt& interrupt_;
  Orphans orphans_;
  sigset_t before_{};
  Fd signals_;
  CancelSource end_;
  std::thread thread_;
};

/// Collects all children that have ended, and returns how many there were.
int reap_children() noexcept;

}  // namespace sidekick::runtime
