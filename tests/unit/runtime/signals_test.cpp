#include "agent/runtime/signals.hpp"

#include <catch2/catch_test_macros.hpp>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

using namespace sidekick;
using namespace sidekick::runtime;

namespace {

/// Runs `body` in a process of its own and returns its wait status. The body's process ends with what it returns.
template <class Body>
int in_child(Body body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

bool readable_within_10_s(int fd) {
  pollfd event{fd, POLLIN, 0};
  return ::poll(&event, 1, 10'000) == 1;
}

}  // namespace

TEST_CASE("a first SIGTERM or SIGINT raises the interrupt with its number") {
  for (const int signal : {SIGTERM, SIGINT}) {
    const int status = in_child([&] {
      Interrupt interrupt;
      const SignalThread signals(interrupt, Orphans::leave);
      ::kill(::getpid(), signal);
      if (!readable_within_10_s(interrupt.token().fd())) return 1;
      return interrupt.signal() == signal ? 0 : 2;
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}

TEST_CASE("a second signal ends the process at once with its own code") {
  const int status = in_child([] {
    Interrupt interrupt;
    const SignalThread signals(interrupt, Orphans::leave);
    ::kill(::getpid(), SIGTERM);
    if (!readable_within_10_s(interrupt.token().fd())) return 1;
    ::kill(::getpid(), SIGINT);
    ::poll(nullptr, 0, 10'000);
    return 2;
  });
  CHECK(WEXITSTATUS(status) == 130);
}

TEST_CASE("writing to a pipe nobody reads is an error and not the end of the process") {
  const int status = in_child([] {
    Interrupt interrupt;
    const SignalThread signals(interrupt, Orphans::leave);
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return 1;
    ::close(ends[0]);
    return ::write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("orphans are collected, those that were dead before us too") {
  const int status = in_child([] {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const auto leave_orphan = [] {  // the child's child falls to us
      if (::fork() == 0) {
        if (::fork() == 0) ::_exit(0);
        ::_exit(0);
      }
    };
    leave_orphan();
    Interrupt interrupt;
    const SignalThread signals(interrupt, Orphans::reap);
    for (int i = 0; i < 20; i++) leave_orphan();
    for (int waited_ms = 0; waited_ms < 10'000; waited_ms += 5) {
      siginfo_t info{};
      if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD) return 0;
      ::poll(nullptr, 0, 5);
    }
    return 3;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
