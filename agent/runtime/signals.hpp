/// The one owner of the process's signals.
#pragma once

#include <sys/signalfd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <initializer_list>
#include <mutex>
#include <thread>

#include "agent/runtime/interrupt.hpp"
#include "agent/runtime/trigger.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/pending_signals.hpp"

namespace sidekick::runtime {

/// While it lives, SIGTERM and SIGINT raise the interrupt; a second one ends the process at once with 128 + n. The same
/// signal again within 100 ms does not count as a second one: timeout(1) and others signal a program and then its whole
/// group. SIGPIPE and SIGXFSZ are ignored. Make it before any other thread, so that all inherit the blocked signals.
/// Throws Error of kind io where no descriptor can be had, and std::system_error where no thread can; then no signal is
/// blocked.
class SignalThread final {
 public:
  explicit SignalThread(Interrupt& interrupt);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

  /// From now on `signal` raises `trigger`, which outlives this, and does nothing else. Call it at most once, from the
  /// thread that made this, before there are others. Throws Error: config for a signal that cannot be used (SIGTERM and
  /// SIGINT have their meaning), io.
  void raise_on(int signal, Trigger& trigger);

  /// From now on SIGQUIT raises the interrupt too: PID 1 of a container would ignore it, and some images are stopped by
  /// it. The same rules as raise_on(); excludes it.
  void raise_on_quit();

  /// From now on SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT and SIGCHLD are put
  /// into `pending`, which outlives this. The first SIGTERM or SIGINT then raises the interrupt; a later one becomes a
  /// pending SIGKILL instead of ending the process. While nobody else reaps children, this reaps them at once; and
  /// as no program runs then, SIGQUIT, and SIGHUP of a terminal that is gone, raise the interrupt. The same rules as
  /// raise_on(); excludes it.
  void deliver_to(PendingSignals& pending);

 private:
  void listen();
  void take(const signalfd_siginfo& info);
  void deliver(PendingSignals& pending, const signalfd_siginfo& info);
  void raise(int signal);
  bool is_said_twice(int signal) const;
  void listen_for(std::initializer_list<int> signals);

  Interrupt& interrupt_;
  std::atomic<Trigger*> trigger_ = nullptr;
  std::atomic<PendingSignals*> pending_ = nullptr;
  sigset_t taken_{};
  sigset_t before_{};
  std::chrono::steady_clock::time_point raised_;  // used by the thread alone
  std::mutex reading_;                            // the set of signals_ does not change during a read
  Fd signals_;
  CancelSource end_;
  std::thread thread_;
};

}  // namespace sidekick::runtime
