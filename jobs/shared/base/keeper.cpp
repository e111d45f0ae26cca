#include "sidekick/keeper.hpp"

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <limits>

namespace sidekick {

namespace {

static_assert(sizeof(KeeperReport) <= PIPE_BUF);

constexpr int old_kernel_descriptors = 1024;  // tried one by one on kernels before 5.9

void close_between(int first, int last) {
  if (first > last || ::close_range(static_cast<unsigned>(first), static_cast<unsigned>(last), 0) == 0) return;
  for (int fd = first; fd <= last && fd < old_kernel_descriptors; fd++) ::close(fd);
}

/// Goes on without a reader: the command may still be ending.
void write_report(int reports, const KeeperReport& report) {
  while (::write(reports, &report, sizeof report) < 0 && errno == EINTR) continue;
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

[[noreturn]] void keep(pid_t command, int reports) {
  close_between(0, reports - 1);
  close_between(reports + 1, std::numeric_limits<int>::max());
  KeeperReport report;
  report.pid = command;
  write_report(reports, report);
  report.what = KeeperReport::What::changed;
  while (!report.last) {
    report.pid = ::wait4(-1, &report.status, WUNTRACED, &report.usage);
    if (report.pid < 0 && errno == EINTR) continue;
    report.last = !has_children();
    write_report(reports, report);
  }
  ::_exit(0);
}

}  // namespace

pid_t fork_below_keeper(int reports) noexcept {
  ::setpgid(0, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t all, before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t command = ::_Fork();
  if (command > 0) keep(command, reports);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return command;
}

}  // namespace sidekick
