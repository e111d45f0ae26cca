#include "agent/runtime/signals.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "agent/runtime/lifecycle.hpp"
#include "sidekick/error.hpp"

namespace sidekick::runtime {

namespace {

constexpr std::chrono::milliseconds one_wish{100};

bool ends_the_process(int signal) {
  return signal == SIGTERM || signal == SIGINT;
}

/// Signals that cannot be blocked, that report a fault, or that have a fixed meaning here.
bool is_reserved(int signal) {
  for (const int reserved :
       {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPIPE, SIGCHLD})
    if (signal == reserved) return true;
  return ends_the_process(signal);
}

/// SIGHUP from a person asks a service to reload; from the kernel it means that the terminal is gone.
bool ends_who_waits(const signalfd_siginfo& info) {
  return info.ssi_signo == SIGQUIT || (info.ssi_signo == SIGHUP && info.ssi_code == SI_KERNEL);
}

bool can_be_listed(int signal) {
  sigset_t set;
  ::sigemptyset(&set);
  return ::sigaddset(&set, signal) == 0;
}

void collect_children() {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
}

}  // namespace

SignalThread::SignalThread(Interrupt& interrupt) : interrupt_(interrupt) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the file size limit then fails with an error, which is handled
  std::signal(SIGCHLD, SIG_DFL);  // if it was ignored, the kernel would discard the statuses of children
  ::sigemptyset(&taken_);
  ::sigaddset(&taken_, SIGTERM);
  ::sigaddset(&taken_, SIGINT);
  // The thread itself blocks all signals: one that raise_on() adds later must not be delivered to a thread.
  sigset_t all, ours;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &taken_, &before_);
  ::pthread_sigmask(SIG_SETMASK, &all, &ours);
  signals_.reset(::signalfd(-1, &taken_, SFD_CLOEXEC | SFD_NONBLOCK));
  const int failure = errno;
  try {
    if (!signals_) throw error_from_errno("cannot listen for signals", failure);
    thread_ = std::thread([this] { listen(); });
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &ours, nullptr);
}

SignalThread::~SignalThread() {
  end_.cancel();
  thread_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void SignalThread::raise_on(int signal, Trigger& trigger) {
  if (is_reserved(signal) || !can_be_listed(signal))
    throw Error(ErrorKind::config, "signal " + std::to_string(signal) + " cannot ask for a sync",
                "use SIGHUP or SIGUSR1");
  trigger_ = &trigger;
  listen_for({signal});
}

void SignalThread::raise_on_quit() {
  listen_for({SIGQUIT});
}

void SignalThread::deliver_to(PendingSignals& pending) {
  pending_ = &pending;
  listen_for({SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT, SIGCHLD});
}

void SignalThread::listen_for(std::initializer_list<int> signals) {
  for (const int signal : signals) ::sigaddset(&taken_, signal);
  ::pthread_sigmask(SIG_BLOCK, &taken_, nullptr);
  const std::lock_guard lock(reading_);
  if (::signalfd(signals_.get(), &taken_, 0) < 0) throw error_from_errno("cannot listen for signals", errno);
}

void SignalThread::listen() {
  while (!end_.token().cancelled()) {
    std::array<pollfd, 2> events{{{signals_.get(), POLLIN, 0}, {end_.token().fd(), POLLIN, 0}}};
    ::poll(events.data(), events.size(), -1);
    const std::lock_guard lock(reading_);
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) take(info);
  }
}

void SignalThread::take(const signalfd_siginfo& info) {
  const int signal = static_cast<int>(info.ssi_signo);
  if (auto* pending = pending_.load()) return deliver(*pending, info);
  if (auto* trigger = ends_the_process(signal) ? nullptr : trigger_.load()) return trigger->raise();
  if (is_said_twice(signal)) return;
  if (interrupt_.signal()) leave_at_once(128 + signal);
  raise(signal);
}

void SignalThread::raise(int signal) {
  raised_ = std::chrono::steady_clock::now();
  interrupt_.raise(signal);
}

bool SignalThread::is_said_twice(int signal) const {
  return interrupt_.signal() == signal && std::chrono::steady_clock::now() - raised_ < one_wish;
}

void SignalThread::deliver(PendingSignals& pending, const signalfd_siginfo& info) {
  const int signal = static_cast<int>(info.ssi_signo);
  if (signal == SIGCHLD) {
    const std::unique_lock turn(pending.collecting(), std::try_to_lock);
    if (turn) collect_children();
    return pending.put(signal);
  }
  const std::unique_lock idle(pending.running(), std::try_to_lock);
  // Only while no program runs that may handle the signal itself.
  if (idle && ends_who_waits(info)) return raise(signal);
  if (!ends_the_process(signal)) return pending.put(signal);
  if (is_said_twice(signal)) return;
  if (interrupt_.signal()) return pending.put(SIGKILL);
  pending.put(signal);  // first, so that whoever sees the interrupt knows the signal
  raise(signal);
}

}  // namespace sidekick::runtime
