#include "run/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace sidekick::run {

namespace {

/// A background process is stopped for this call unless it blocks the signal.
void make_foreground(int terminal, pid_t group) {
  sigset_t stop, before;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTTOU);
  ::pthread_sigmask(SIG_BLOCK, &stop, &before);
  ::tcsetpgrp(terminal, group);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Only a shell with job control gives a command a group of its own in the same session.
bool has_job_control() {
  const pid_t parent = ::getppid();
  return parent > 0 && ::getsid(parent) == ::getsid(0) && ::getpgid(parent) != ::getpgrp();
}

}  // namespace

Terminal::Terminal() {
  if (::tcgetpgrp(STDIN_FILENO) == ::getpgrp()) descriptor_ = STDIN_FILENO;
}

Terminal::~Terminal() {
  if (!descriptor_) return;
  // The shell may have taken the foreground back meanwhile; a remaining process of the command has not.
  const pid_t now = ::tcgetpgrp(*descriptor_);
  if (now > 0 && (::kill(-now, 0) == 0 || errno != ESRCH)) return;
  make_foreground(*descriptor_, ::getpgrp());
}

bool Terminal::lend_to(pid_t leader) noexcept {
  if (descriptor_) return false;
  opened_.reset(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!opened_ || ::tcgetpgrp(opened_.get()) != ::getpgrp()) return false;
  descriptor_ = opened_.get();
  make_foreground(*descriptor_, leader);
  return true;
}

void Terminal::stop_with(pid_t leader, int signal) noexcept {
  const bool wants_it = signal == SIGTTIN || signal == SIGTTOU;
  if (wants_it && lend_to(leader)) {
    ::kill(-leader, SIGCONT);
    return;
  }
  if ((!descriptor_ && !wants_it) || ::getpid() == 1 || !has_job_control()) return;
  if (descriptor_ && ::tcgetpgrp(*descriptor_) == leader) make_foreground(*descriptor_, ::getpgrp());
  ::kill(0, SIGSTOP);  // our whole group, as the terminal does
  if (!descriptor_)
    lend_to(leader);
  else if (::tcgetpgrp(*descriptor_) == ::getpgrp())
    make_foreground(*descriptor_, leader);
  ::kill(-leader, SIGCONT);
}

}  // namespace sidekick::run
