#include "agent/runtime/signals.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "agent/runtime/process.hpp"
#include "sidekick/error.hpp"

namespace sidekick::runtime {

namespace {

sigset_t taken_signals(Orphans orphans) {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  if (orphans == Orphans::reap) ::sigaddset(&set, SIGCHLD);
  return set;
}

}  // namespace

int reap_children() noexcept {
  int count = 0;
  while (::waitpid(-1, nullptr, WNOHANG) > 0) count++;
  return count;
}

SignalThread::SignalThread(Interrupt& interrupt, Orphans orphans) : interrupt_(interrupt), orphans_(orphans) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto set = taken_signals(orphans);
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  signals_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) throw error_from_errno("cannot listen for signals", errno);
  thread_ = std::thread([this] { listen(); });
}

SignalThread::~SignalThread() {
  end_.cancel();
  thread_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void SignalThread::listen() {
  // Children may have ended before the descriptor was there: as PID 1 we inherit some from whoever started us.
  if (orphans_ == Orphans::reap) reap_children();
  while (!end_.token().cancelled()) {
    std::array<pollfd, 2> events{{{signals_.get(), POLLIN, 0}, {end_.token().fd(), POLLIN, 0}}};
    ::poll(events.data(), events.size(), -1);
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) take(static_cast<int>(info.ssi_signo));
  }
}

void SignalThread::take(int signal) {
  if (signal == SIGCHLD) {
    reap_children();
    return;
  }
  if (interrupt_.signal()) leave_at_once(128 + signal);
  interrupt_.raise(signal);
}

}  // namespace sidekick::runtime
