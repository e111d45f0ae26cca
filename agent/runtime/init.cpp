#include "agent/runtime/init.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "agent/runtime/lifecycle.hpp"
#include "sidekick/error.hpp"

namespace sidekick::runtime {

namespace {

/// All signals except those that report a fault of this process.
sigset_t taken_signals() {
  sigset_t set;
  ::sigfillset(&set);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) ::sigdelset(&set, fault);
  return set;
}

/// The terminal sends its signals to the worker too, which is in the same process group.
bool came_by_terminal(const siginfo_t& info) {
  return info.si_code == SI_KERNEL &&
         (info.si_signo == SIGINT || info.si_signo == SIGQUIT || info.si_signo == SIGTSTP || info.si_signo == SIGWINCH);
}

/// Reaps every child that has ended. Returns the exit code once the worker is among them.
std::optional<int> collect(pid_t worker) {
  std::optional<int> code;
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;)
    if (pid == worker) code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return code;
}

int serve(pid_t worker, const sigset_t& taken) {
  for (;;) {
    // Before the first wait too: the program that became this one may have left children that have already ended.
    if (const auto code = collect(worker)) return *code;
    siginfo_t info{};
    const int signal = ::sigwaitinfo(&taken, &info);
    if (signal > 0 && signal != SIGCHLD && !came_by_terminal(info)) ::kill(worker, signal);
  }
}

}  // namespace

void stay_behind_as_init() {
  std::signal(SIGCHLD, SIG_DFL);
  const auto taken = taken_signals();
  sigset_t before;
  ::sigprocmask(SIG_SETMASK, &taken, &before);
  const pid_t worker = ::fork();
  if (worker > 0) leave_at_once(serve(worker, taken));
  const int failure = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (worker < 0) throw error_from_errno("cannot start a second process", failure);
}

void stay_behind_if_first() {
  if (::getpid() == 1) stay_behind_as_init();
}

}  // namespace sidekick::runtime
