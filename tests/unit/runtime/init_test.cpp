#include "agent/runtime/init.hpp"

#include <catch2/catch_test_macros.hpp>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>

#include <array>
#include <csignal>
#include <fstream>
#include <string>

#include "agent/runtime/signals.hpp"
#include "sidekick/child.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/support/in_child.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;

namespace {

struct Pipe {
  Pipe() { REQUIRE(::pipe(ends.data()) == 0); }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void tell(pid_t pid) const { REQUIRE(::write(ends[1], &pid, sizeof pid) == sizeof pid); }
  pid_t hear() const {
    pollfd event{ends[0], POLLIN, 0};
    pid_t pid = 0;
    if (::poll(&event, 1, 20'000) == 1 && ::read(ends[0], &pid, sizeof pid) == sizeof pid) return pid;
    return 0;
  }
  std::array<int, 2> ends{};
};

/// Starts `work` behind an init and returns the init's id, once the work said that it is under way.
template <class Work>
pid_t start_behind_init(Work work) {
  const Pipe begun;
  const pid_t init = ::fork();
  if (init == 0) {
    // In a group of its own, whose parent is in another: a group that nobody would continue does not heed SIGTSTP.
    ::setpgid(0, 0);
    stay_behind_as_init();
    ::_exit(work(begun));
  }
  CHECK(begun.hear() != 0);
  return init;
}

int status_of(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

/// Works until it is told to stop.
int work_until_interrupted(const Pipe& begun) {
  Interrupt interrupt;
  const SignalThread signals(interrupt);
  begun.tell(::getpid());
  pollfd event{interrupt.token().fd(), POLLIN, 0};
  ::poll(&event, 1, 20'000);
  return interrupt.signal() ? 40 + *interrupt.signal() : 1;
}

void leave_orphan(const std::string& script) {
  if (::fork() == 0) {
    if (::fork() == 0) ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    ::_exit(0);
  }
}

}  // namespace

TEST_CASE("the init ends with the code of the one that does the work") {
  CHECK(WEXITSTATUS(in_child([] {
          stay_behind_as_init();
          return 75;
        })) == 75);
}

TEST_CASE("the init ends with 128 and the signal that killed the one that does the work") {
  CHECK(WEXITSTATUS(in_child([] {
          stay_behind_as_init();
          ::kill(::getpid(), SIGKILL);
          return 1;
        })) == 137);
}

TEST_CASE("the init passes on the signals that ask for something") {
  for (const int signal : {SIGTERM, SIGINT}) {
    const pid_t init = start_behind_init(work_until_interrupted);
    ::kill(init, signal);
    CHECK(WEXITSTATUS(status_of(init)) == 40 + signal);
  }
  for (const int signal : {SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) {
    const pid_t init = start_behind_init(work_until_interrupted);
    ::kill(init, signal);
    CHECK(WEXITSTATUS(status_of(init)) == 128 + signal);
  }
}

TEST_CASE("a second signal ends the work at once, also behind the init") {
  const Pipe first;
  const pid_t init = start_behind_init([&](const Pipe& begun) {
    Interrupt interrupt;
    const SignalThread signals(interrupt);
    begun.tell(::getpid());
    pollfd event{interrupt.token().fd(), POLLIN, 0};
    ::poll(&event, 1, 20'000);
    first.tell(::getpid());
    ::poll(nullptr, 0, 20'000);
    return 1;
  });
  ::kill(init, SIGTERM);
  REQUIRE(first.hear() != 0);
  ::kill(init, SIGINT);  // the same one so soon would be no second one
  CHECK(WEXITSTATUS(status_of(init)) == 130);
}

TEST_CASE("the init stops and continues the work") {
  const Pipe worker;
  const pid_t init = start_behind_init([&](const Pipe& begun) {
    worker.tell(::getpid());
    return work_until_interrupted(begun);
  });
  const auto state = [pid = worker.hear()] {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string id, name, letter;
    file >> id >> name >> letter;
    return letter;
  };
  ::kill(init, SIGTSTP);
  CHECK(eventually(10s, [&] { return state() == "T"; }));
  ::kill(init, SIGCONT);
  CHECK(eventually(10s, [&] { return state() != "T"; }));
  ::kill(init, SIGTERM);
  CHECK(WEXITSTATUS(status_of(init)) == 40 + SIGTERM);
}

TEST_CASE("orphans are collected, those that were dead before us too, and the children of the work are not") {
  const int status = in_child([] {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // what falls to PID 1 falls to us
    leave_orphan("exit 0");
    const pid_t init = ::getpid();
    stay_behind_as_init();
    for (int i = 0; i < 20; i++) {
      leave_orphan("exit 0");
      ChildRequest request{
          .argv = {"sh", "-c", "(exit 0 & ) ; exit 7"}, .folder = "", .environment = {}, .timeout = {}};
      if (run_child(request, CancelToken()).code != 7) return 1;
    }
    while (::wait(nullptr) > 0) continue;  // those that stand between us and the orphans
    // The init has no child but us.
    const auto children = "/proc/" + std::to_string(init) + "/task/" + std::to_string(init) + "/children";
    const auto only_us = [&] {
      std::ifstream file(children);
      std::string first, second;
      file >> first >> second;
      return first == std::to_string(::getpid()) && second.empty();
    };
    return eventually(10s, only_us) ? 0 : 2;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("as PID 1 the process stays behind as an init, and obeys although the kernel shields it") {
  const Pipe begun;
  const pid_t outer = ::fork();
  if (outer == 0) {
    if (::unshare(CLONE_NEWPID) != 0) ::_exit(77);
    const pid_t first = ::fork();
    if (first == 0) {
      if (::getpid() != 1) ::_exit(1);
      stay_behind_if_first();
      if (::getpid() == 1) ::_exit(2);
      ::_exit(work_until_interrupted(begun));
    }
    if (begun.hear() == 0) ::_exit(3);
    ::kill(first, SIGTERM);
    ::_exit(WEXITSTATUS(status_of(first)));
  }
  const int code = WEXITSTATUS(status_of(outer));
  if (code == 77) SKIP("namespaces of processes cannot be made here");
  CHECK(code == 40 + SIGTERM);
}

TEST_CASE("where the process is not the first it stays in one piece") {
  const pid_t before = ::getpid();
  stay_behind_if_first();
  CHECK(::getpid() == before);
}
