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
#include "sidekick/signal_mail.hpp"

namespace sidekick::runtime {

/// While it lives, SIGTERM and SIGINT raise the interrupt; a second one ends the process at once with 128 + n. The same
/// one again within 100 ms is not a second one: timeout(1) and its like tell a program and then its whole group.
/// SIGPIPE and SIGXFSZ are ignored. To be made before any other thread is, so that all inherit the blocked signals.
/// Throws Error of kind io where no descriptor can be had, and std::system_error where no thread can; then no signal is
/// blocked.
class SignalThread final {
 public:
  explicit SignalThread(Interrupt& interrupt);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

  /// From now on `signal` raises `trigger`, which lives as long as this, and does nothing else. To be called at most
  /// once, by the thread that made this, and before there are others. Throws Error: config for a signal that cannot be
  /// had for this (SIGTERM and SIGINT have their meaning), io.
  void raise_on(int signal, Trigger& trigger);

  /// From now on SIGQUIT raises the interrupt too: the first process of a container would never hear of it, and some
  /// images are stopped by it. The same rules as raise_on(); excludes it.
  void raise_on_quit();

  /// From now on SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT and SIGCHLD are put
  /// into `mail`, which lives as long as this. The first SIGTERM or SIGINT raises the interrupt after that; a later one
  /// is SIGKILL in the mail instead of ending the process. Where nobody else collects children, those that end are
  /// collected at once; and as no program runs then, SIGQUIT, and SIGHUP of a terminal that is gone, raise the
  /// interrupt. The same rules as raise_on(); excludes it.
  void deliver_to(SignalMail& mail);

 private:
  void listen();
  void take(const signalfd_siginfo& info);
  void deliver(SignalMail& mail, const signalfd_siginfo& info);
  void raise(int signal);
  bool is_said_twice(int signal) const;
  void listen_for(std::initializer_list<int> signals);

  Interrupt& interrupt_;
  std::atomic<Trigger*> trigger_ = nullptr;
  std::atomic<SignalMail*> mail_ = nullptr;
  sigset_t taken_{};
  sigset_t before_{};
  std::chrono::steady_clock::time_point raised_;  // of the thread alone
  std::mutex reading_;                            // what signals_ takes is not changed while it is read
  Fd signals_;
  CancelSource end_;
  std::thread thread_;
};

}  // namespace sidekick::runtime
