#include "run/children.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "run/process_tree.hpp"
#include "sidekick/error.hpp"

namespace sidekick::run {

namespace {

std::chrono::microseconds microseconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// The ids -1 and 0 would mean all processes.
bool is_one(pid_t pid) {
  return pid > 1;
}

/// `end` if the keeper is gone, or reading fails.
enum class ReadResult { report, nothing, end };

ReadResult read_report(int reports, KeeperReport& report) {
  for (;;) {
    const auto n = ::read(reports, &report, sizeof report);
    if (n == static_cast<ssize_t>(sizeof report)) return ReadResult::report;
    if (n < 0 && errno == EINTR) continue;
    return n < 0 && errno == EAGAIN ? ReadResult::nothing : ReadResult::end;
  }
}

}  // namespace

void Usage::add(const struct rusage& usage) noexcept {
  user += microseconds(usage.ru_utime);
  system += microseconds(usage.ru_stime);
  peak_kib = std::max(peak_kib, usage.ru_maxrss);
}

Children::~Children() {
  if (keeper_ > 0) ::waitpid(keeper_, nullptr, WNOHANG);
}

void Children::launch(LaunchRequest request) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw error_from_errno("cannot make a pipe for a keeper", errno);
  Fd reports(ends[0]);
  Fd writing(ends[1]);
  request.reports = writing.get();
  keeper_ = sidekick::launch(request);
  writing.reset();
  reports_ = std::move(reports);
  // The keeper writes it before the program starts.
  KeeperReport report;
  if (read_report(reports_.get(), report) != ReadResult::report) return keeper_is_gone();
  leader_ = report.pid;
  ::fcntl(reports_.get(), F_SETFL, O_NONBLOCK);
}

void Children::collect() {
  while (reports_) {
    KeeperReport report;
    const auto got = read_report(reports_.get(), report);
    if (got == ReadResult::nothing) return;
    if (got == ReadResult::end) return keeper_is_gone();
    take(report);
  }
}

void Children::take(const KeeperReport& report) noexcept {
  if (WIFSTOPPED(report.status)) {
    if (report.pid == leader_) stopped_ = WSTOPSIG(report.status);
    return;
  }
  if (report.pid == leader_) status_ = report.status;
  usage_.add(report.usage);
  if (report.last) keeper_is_gone();
}

/// If the keeper is killed, the command dies with it.
void Children::keeper_is_gone() noexcept {
  if (!status_) status_ = SIGKILL;
  reports_.reset();
  ::waitpid(std::exchange(keeper_, 0), nullptr, 0);  // it ends, or the reaper of this process has its status
}

std::optional<int> Children::take_stop() noexcept {
  return std::exchange(stopped_, std::nullopt);
}

void Children::signal_group(int signal) const noexcept {
  if (is_one(leader_)) ::kill(-leader_, signal);
}

void Children::signal_all(int signal) const noexcept try {
  const auto all = parents();
  if (gone()) return;
  for (const pid_t pid : descendants(all, keeper_))
    if (is_one(pid)) ::kill(pid, signal);
  if (all.empty()) signal_group(signal);
} catch (...) {
  signal_group(signal);  // out of memory: signals at least some
}

}  // namespace sidekick::run
