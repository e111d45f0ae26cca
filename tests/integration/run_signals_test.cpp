// `sidekick run` and signals: what is passed on, and what SIGTERM means.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <csignal>
#include <cstring>

#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"

using namespace sidekick::test;

namespace {

/// Starts a command that says "ready" once it is.
struct Running {
  Running(Place place, std::vector<std::string> flags, std::vector<std::string> words)
      : child(run_misbehave(place, std::move(flags), std::move(words))) {
    REQUIRE(eventually(20s, [this] { return child.out().starts_with("ready\n"); }));
    sidekick = sidekick_of(child);
  }
  void signal(int number) const { ::kill(sidekick, number); }
  bool says(const std::string& text) const {
    return eventually(20s, [&] { return child.out().find(text) != std::string::npos; });
  }

  Child child;
  pid_t sidekick = 0;
};

}  // namespace

TEST_CASE("run passes on every signal that a shell would send") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  Running run(place, {}, {"tell-signals"});
  for (const int signal : {SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT, SIGTERM}) {
    run.signal(signal);
    INFO(::sigabbrev_np(signal));
    CHECK(run.says(std::string("SIG") + ::sigabbrev_np(signal) + "\n"));
  }
  CHECK(run.child.wait(20s).exit_code == 143);
}

TEST_CASE("SIGINT is passed on as it is and ends with 130") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  Running run(place, {"--grace=300ms"}, {"tell-signals"});
  run.signal(SIGINT);
  CHECK(run.says("SIGINT\n"));
  CHECK(run.child.wait(20s).exit_code == 130);
}

TEST_CASE("SIGTERM before the command is done ends with 143 even where it exits with 0") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  for (const auto* code : {"0", "3"}) {
    Running run(place, {}, {"exit-on-term", code});
    run.signal(SIGTERM);
    const auto finished = run.child.wait(20s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 143);
    CHECK(finished.err.find(std::string("exited with ") + code) != std::string::npos);
  }
}

TEST_CASE("with --term-is-success an exit with 0 after SIGTERM is one, and no other is") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  for (const auto& [code, expected] : {std::pair("0", 0), std::pair("3", 143)}) {
    Running run(place, {"--term-is-success"}, {"exit-on-term", code});
    run.signal(SIGTERM);
    CHECK(run.child.wait(20s).exit_code == expected);
  }
}

TEST_CASE("a second SIGTERM ends the grace at once") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  Running run(place, {"--grace=50s", "--log-level=debug"}, {"ignore-term"});
  run.signal(SIGTERM);
  REQUIRE(eventually(20s, [&] { return run.child.err().find("sending SIGTERM") != std::string::npos; }));
  CHECK(run.child.running());
  run.signal(SIGTERM);
  const auto finished = run.child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 143);
  CHECK_FALSE(finished.timed_out);
  CHECK(finished.err.find("was killed by SIGKILL") != std::string::npos);
}

TEST_CASE("SIGTERM between two attempts ends the wait") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  Child child(run_misbehave(place, {"--retry-for=10h", "--retries=1000"}, {"exit", "1"}));
  const auto sidekick = sidekick_of(child);
  REQUIRE(eventually(20s, [&] { return child.err().find("trying again") != std::string::npos; }));
  ::kill(sidekick, SIGTERM);
  CHECK(child.wait(20s).exit_code == 143);
}

TEST_CASE("a kill of an ordinary sidekick kills its command too") {
  Running run(Place::ordinary, {}, {"ignore-term"});
  const auto children = children_of(run.sidekick);
  REQUIRE(children.size() == 1);
  run.signal(SIGKILL);
  CHECK(run.child.wait(20s).signal == SIGKILL);
  CHECK(eventually(10s, [&] { return is_over(children.front()); }));
}
