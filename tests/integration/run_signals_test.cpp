// `sidekick run` and signals: what is passed on, and what SIGTERM means.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"

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

/// True once the process has set up that this signal reaches it.
bool takes(pid_t pid, int signal) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("SigBlk:")) return (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1) != 0;
  return false;
}

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

TEST_CASE("SIGINT is forwarded and ends with 130") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  Running run(place, {"--grace=300ms"}, {"tell-signals"});
  run.signal(SIGINT);
  CHECK(run.says("SIGINT\n"));
  CHECK(run.child.wait(20s).exit_code == 130);
}

TEST_CASE("SIGTERM before the command has ended gives 143 even if the command exits with 0") {
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

TEST_CASE("with --term-is-success only an exit with 0 after SIGTERM is a success") {
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
  const auto is_killed = [&] { return run.child.err().find("was killed by SIGKILL") != std::string::npos; };
  eventually(20s, [&] {  // at once it would not be a second one, and to one that ends already it is none
    run.signal(SIGTERM);
    return eventually(1s, is_killed);
  });
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
  REQUIRE(eventually(20s, [&] { return child.err().find("retrying") != std::string::npos; }));
  ::kill(sidekick, SIGTERM);
  CHECK(child.wait(20s).exit_code == 143);
}

TEST_CASE("a kill of an ordinary sidekick kills its command too") {
  Running run(Place::ordinary, {}, {"ignore-term"});
  const auto children = kept_of(run.sidekick);
  REQUIRE(children.size() == 1);
  run.signal(SIGKILL);
  CHECK(run.child.wait(20s).signal == SIGKILL);
  CHECK(eventually(10s, [&] { return is_over(children.front()); }));
}

TEST_CASE("SIGTERM to the program and then to its group counts once and leaves the grace") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  const auto* const script =
      "trap 'echo told; sleep 0.3; echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done";
  // Nothing is learned where this machine let the time go by.
  bool at_once = false;
  for (int attempt = 0; attempt < 10 && !at_once; attempt++) {
    Child child(run_command(place, {"--log-level=debug"}, {"sh", "-c", script}));
    REQUIRE(eventually(20s, [&] { return child.out() == "ready\n"; }));
    const auto sidekick = sidekick_of(child);
    const auto first = std::chrono::steady_clock::now();
    ::kill(sidekick, SIGTERM);
    REQUIRE(eventually(20s, [&] { return child.err().find("sending SIGTERM") != std::string::npos; }));
    ::kill(sidekick, SIGTERM);
    at_once = std::chrono::steady_clock::now() - first < 50ms;
    const auto finished = child.wait(20s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 143);
    if (at_once) CHECK(finished.out.find("bye") != std::string::npos);
  }
  if (!at_once) SKIP("this machine is too busy");
}

TEST_CASE("SIGQUIT ends a wait for the command as it would end the command") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  Child child(run_misbehave(place, {"--wait=file:///no/such"}, {"exit", "0"}));
  const auto sidekick = sidekick_of(child);
  REQUIRE(eventually(20s, [&] { return takes(sidekick, SIGQUIT); }));
  ::kill(sidekick, SIGQUIT);
  const auto finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 128 + SIGQUIT);
}

TEST_CASE("SIGTERM ends run in time even if its log is not read") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  const auto* const flags = GENERATE("--log-output", "--log-format=json");
  const TempDir folder;
  auto command = run_command(place, {flags, "--grace=300ms"},
                             {"sh", "-c", "echo $$ >" + (folder / "pid").string() + "; exec yes >&2"});
  // Its standard error is a pipe that is full.
  std::string line = "exec";
  for (const auto& word : command.words) line += " '" + word + "'";
  command.words = {"bash", "-c", line + " 2> >(exec sleep 20)"};
  Child child(command);
  const auto sidekick = sidekick_of(child);
  REQUIRE(eventually(20s, [&] { return std::filesystem::exists(folder / "pid"); }));
  ::usleep(300'000);  // nothing tells that a pipe is full
  ::kill(sidekick, SIGTERM);
  const auto finished = child.wait(10s);
  CHECK(finished.exit_code == 143);
}
