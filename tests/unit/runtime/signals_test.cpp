#include "agent/runtime/signals.hpp"

#include <catch2/catch_test_macros.hpp>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "sidekick/error.hpp"
#include "tests/unit/support/in_child.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;

namespace {

bool readable_within_10_s(int fd) {
  pollfd event{fd, POLLIN, 0};
  return ::poll(&event, 1, 10'000) == 1;
}

}  // namespace

TEST_CASE("a first SIGTERM or SIGINT raises the interrupt with its number") {
  for (const int signal : {SIGTERM, SIGINT}) {
    const int status = in_child([&] {
      Interrupt interrupt;
      const SignalThread signals(interrupt);
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
    const SignalThread signals(interrupt);
    ::kill(::getpid(), SIGTERM);
    if (!readable_within_10_s(interrupt.token().fd())) return 1;
    ::kill(::getpid(), SIGINT);
    ::poll(nullptr, 0, 10'000);
    return 2;
  });
  CHECK(WEXITSTATUS(status) == 130);
}

TEST_CASE("the same signal again at once is not a second one") {
  constexpr int too_slow = 3;  // nothing is learned where this machine let the time go by
  int code = too_slow;
  for (int attempt = 0; attempt < 20 && code == too_slow; attempt++)
    code = WEXITSTATUS(in_child([] {
      Interrupt interrupt;
      const SignalThread signals(interrupt);
      const auto first = std::chrono::steady_clock::now();
      ::kill(::getpid(), SIGTERM);
      if (!readable_within_10_s(interrupt.token().fd())) return 1;
      if (std::chrono::steady_clock::now() - first > std::chrono::milliseconds(30)) return too_slow;
      ::kill(::getpid(), SIGTERM);
      ::poll(nullptr, 0, 100);
      ::kill(::getpid(), SIGINT);
      ::poll(nullptr, 0, 10'000);
      return 2;
    }));
  if (code == too_slow) SKIP("this machine is too busy");
  CHECK(code == 130);
}

TEST_CASE("writing to a pipe nobody reads is an error and not the end of the process") {
  const int status = in_child([] {
    Interrupt interrupt;
    const SignalThread signals(interrupt);
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return 1;
    ::close(ends[0]);
    return ::write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a signal that was named for it raises the trigger and not the interrupt") {
  const int status = in_child([] {
    Interrupt interrupt;
    Waker waker;
    Trigger trigger(waker);
    SignalThread signals(interrupt);
    signals.raise_on(SIGHUP, trigger);
    ::kill(::getpid(), SIGHUP);
    if (!readable_within_10_s(waker.fd()) || !trigger.take()) return 1;
    return interrupt.signal() ? 2 : 0;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a signal with a meaning of its own cannot raise the trigger") {
  for (const int signal : {SIGTERM, SIGINT, SIGKILL, SIGCHLD, SIGSEGV, 0, 1000}) {
    const int status = in_child([&] {
      Interrupt interrupt;
      Waker waker;
      Trigger trigger(waker);
      SignalThread signals(interrupt);
      try {
        signals.raise_on(signal, trigger);
        return 1;
      } catch (const Error& error) {
        return error.kind() == ErrorKind::config ? 0 : 2;
      }
    });
    CHECK(WEXITSTATUS(status) == 0);
  }
}

TEST_CASE("delivered signals are pending before the interrupt is raised and a second one asks for the end") {
  const int status = in_child([] {
    Interrupt interrupt;
    PendingSignals pending;
    SignalThread signals(interrupt);
    signals.deliver_to(pending);
    ::kill(::getpid(), SIGHUP);
    if (!readable_within_10_s(pending.fd()) || pending.take() != std::vector<int>{SIGHUP}) return 1;
    if (interrupt.signal()) return 2;
    ::kill(::getpid(), SIGINT);
    if (!readable_within_10_s(interrupt.token().fd()) || pending.take() != std::vector<int>{SIGINT}) return 3;
    ::kill(::getpid(), SIGTERM);
    if (!readable_within_10_s(pending.fd()) || pending.take() != std::vector<int>{SIGKILL}) return 4;
    return interrupt.signal() == SIGINT ? 0 : 5;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("children that end are collected unless someone else does that") {
  const int status = in_child([] {
    Interrupt interrupt;
    PendingSignals pending;
    SignalThread signals(interrupt);
    signals.deliver_to(pending);
    {
      const std::lock_guard turn(pending.collecting());
      const pid_t mine = ::fork();
      if (mine == 0) ::_exit(3);
      if (!readable_within_10_s(pending.fd())) return 1;
      int end = 0;
      if (::waitpid(mine, &end, 0) != mine || WEXITSTATUS(end) != 3) return 2;
    }
    (void)pending.take();
    if (::fork() == 0) ::_exit(0);
    if (!readable_within_10_s(pending.fd())) return 3;
    return ::waitpid(-1, nullptr, WNOHANG) == -1 ? 0 : 4;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
