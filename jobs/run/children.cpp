#include "run/children.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "run/process_tree.hpp"

namespace sidekick::run {

namespace {

std::chrono::microseconds microseconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// An id that is -1 or 0 would mean everyone.
bool is_one(pid_t pid) {
  return pid > 1;
}

}  // namespace

void Usage::add(const struct rusage& usage) noexcept {
  user += microseconds(usage.ru_utime);
  system += microseconds(usage.ru_stime);
  peak_kib = std::max(peak_kib, usage.ru_maxrss);
}

Children::Children() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  collect();
  if (none_) return;
  // The program that became us by exec may have started something.
  for (const auto& [child, parent] : parents())
    if (parent == ::getpid()) strangers_.insert(child);
}

void Children::collect() {
  int status = 0;
  struct rusage usage{};
  for (;;) {
    const pid_t pid = ::wait4(-1, &status, WNOHANG | WUNTRACED, &usage);
    if (pid <= 0) {
      none_ = pid < 0;
      return;
    }
    if (WIFSTOPPED(status)) {
      if (pid == leader_) stopped_ = WSTOPSIG(status);
      continue;
    }
    if (pid == leader_) status_ = status;
    if (strangers_.erase(pid) == 0) usage_.add(usage);
  }
}

std::optional<int> Children::take_stop() noexcept {
  return std::exchange(stopped_, std::nullopt);
}

bool Children::gone() const {
  if (none_) return true;
  const auto all = parents();
  // Without /proc only what wait4() says is known.
  return !all.empty() && descendants(all, ::getpid(), strangers_).empty();
}

void Children::signal_group(int signal) const noexcept {
  if (is_one(leader_)) ::kill(-leader_, signal);
}

void Children::signal_all(int signal) const noexcept try {
  const auto all = parents();
  for (const pid_t pid : descendants(all, ::getpid(), strangers_))
    if (is_one(pid)) ::kill(pid, signal);
  if (!all.empty()) return;
  signal_group(signal);
  if (::getpid() == 1) ::kill(-1, signal);
} catch (...) {
  signal_group(signal);  // out of memory: better some than none
}

}  // namespace sidekick::run
