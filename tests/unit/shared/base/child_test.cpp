#include "sidekick/child.hpp"

#include <catch2/catch_test_macros.hpp>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "sidekick/error.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

ChildRequest shell(const std::string& script) {
  return {.argv = {"/bin/sh", "-c", script}, .folder = "", .environment = {}, .timeout = {}};
}

ChildResult run(const ChildRequest& request) {
  return run_child(request, CancelToken());
}

ErrorKind kind_of_failure(const ChildRequest& request) {
  try {
    run(request);
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("it ran");
  return ErrorKind::internal;
}

/// True when no process has that id, or only one that nobody has collected yet.
bool is_over(const std::string& pid) {
  std::ifstream status("/proc/" + pid + "/stat");
  std::ostringstream text;
  text << status.rdbuf();
  return text.str().empty() || text.str().find(") Z ") != std::string::npos;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("the exit code and both outputs of a child are returned") {
  const auto result = run(shell("echo out; echo err >&2; exit 9"));
  CHECK(result.end == ChildEnd::exited);
  CHECK(result.code == 9);
  CHECK(result.output == "out\nerr\n");
  CHECK(result.description() == "exited with 9");
  CHECK_FALSE(result.succeeded());
  CHECK(run(shell("true")).succeeded());
}

TEST_CASE("a child that a signal ended is distinct from one that exited") {
  const auto result = run(shell("kill -9 $$"));
  CHECK(result.end == ChildEnd::signalled);
  CHECK(result.code == SIGKILL);
  CHECK(result.description() == "was killed by SIGKILL");
}

TEST_CASE("a child gets only the given folder, environment and input") {
  const TempDir folder;
  auto request = shell("pwd; echo $A$B$HOME; cat; ls /proc/self/fd | wc -l");
  request.folder = folder.path();
  request.environment = {"A=1", "B=two", "PATH=/usr/bin:/bin"};
  CHECK(run(request).output == folder.path().string() + "\n1two\n4\n");  // 0, 1, 2 and the folder that ls reads
}

TEST_CASE("a program is looked up in the PATH of its environment") {
  const TempDir folder;
  write_file(folder / "tool", "#!/bin/sh\necho found $1\n");
  ChildRequest request{
      .argv = {"tool", "it"}, .folder = "", .environment = {"PATH=/nowhere:" + folder.path().string()}, .timeout = {}};
  CHECK(kind_of_failure(request) == ErrorKind::denied);
  std::filesystem::permissions(folder / "tool", std::filesystem::perms::owner_all);
  CHECK(run(request).output == "found it\n");
  request.environment = {"PATH=/nowhere"};
  CHECK(kind_of_failure(request) == ErrorKind::no_input);
}

TEST_CASE("a program that cannot be run is an error that names it") {
  const TempDir folder;
  write_file(folder / "text", "no first line\n");
  std::filesystem::permissions(folder / "text", std::filesystem::perms::owner_all);
  ChildRequest request{.argv = {(folder / "text").string()}, .folder = "", .environment = {}, .timeout = {}};
  CHECK(kind_of_failure(request) == ErrorKind::denied);
  request.argv = {(folder / "absent").string()};
  CHECK(kind_of_failure(request) == ErrorKind::no_input);
  request = shell("true");
  request.folder = folder / "absent";
  CHECK(kind_of_failure(request) == ErrorKind::no_input);
}

TEST_CASE("a child has no signal blocked or ignored, even if we have") {
  std::thread([] {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    CHECK(run(shell("grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -d '\\t0\\n'")).output == "SigBlk:SigIgn:");
    std::signal(SIGPIPE, before);
  }).join();
}

TEST_CASE("a child that takes too long gets SIGTERM and then SIGKILL, with its descendants") {
  auto request = shell("trap '' TERM; sleep 60 & echo $!; wait; sleep 60");
  request.timeout = 300ms;
  request.grace = 200ms;
  const auto begin = std::chrono::steady_clock::now();
  const auto result = run(request);
  CHECK(result.end == ChildEnd::timed_out);
  CHECK(result.description() == "ran out of time");
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  CHECK(is_over(first_line(result.output)));
}

TEST_CASE("output of a child after SIGTERM is kept") {
  auto request = shell("trap 'echo bye; exit 3' TERM; while :; do sleep 0.05; done");
  request.timeout = 500ms;
  request.grace = 20s;
  const auto result = run(request);
  CHECK(result.end == ChildEnd::timed_out);
  CHECK(result.output.ends_with("bye\n"));
}

TEST_CASE("processes that a child left in its group are ended, even after success") {
  const auto result = run(shell("(sleep 60 & echo $!) ; exit 0"));
  CHECK(result.succeeded());
  CHECK(is_over(first_line(result.output)));
}

TEST_CASE("a process of another group that holds the output does not block us") {
  const auto begin = std::chrono::steady_clock::now();
  const auto result = run(shell("setsid sleep 60 & echo $!; sleep 0.1; exit 0"));
  CHECK(result.succeeded());
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
  ::kill(std::stoi(first_line(result.output)), SIGKILL);
}

TEST_CASE("of a flood of output the last 16 KiB are kept") {
  const auto result = run(shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"));
  CHECK(result.succeeded());
  CHECK(result.output.size() == 16U << 10U);
  CHECK(result.output.ends_with("line 19999\n"));
}

TEST_CASE("a flood of output does not keep a child from its limit") {
  auto request = shell("while :; do echo yes; done");
  request.timeout = 300ms;
  CHECK(run(request).end == ChildEnd::timed_out);
}

TEST_CASE("waiting for a child goes on after it closes its output") {
  const auto result = run(shell("exec >&- 2>&-; sleep 0.3; exit 4"));
  CHECK(result.code == 4);
  CHECK(result.output.empty());
}

TEST_CASE("cancellation ends a child with its group and is an error of kind cancelled") {
  const TempDir folder;
  auto request = shell("trap '' TERM; echo $$ >pid.new; mv pid.new pid; sleep 60 & wait; sleep 60");
  request.folder = folder.path();
  request.environment = {"PATH=/usr/bin:/bin"};
  request.grace = 20s;
  CancelSource source;
  std::thread canceller([&] {
    eventually(20s, [&] { return std::filesystem::exists(folder / "pid"); });
    source.cancel();
  });
  const auto begin = std::chrono::steady_clock::now();
  try {
    run_child(request, source.token());
    FAIL("it was not cancelled");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::cancelled);
  }
  canceller.join();
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  CHECK(is_over(first_line(read_file(folder / "pid"))));
}

TEST_CASE("several threads run separate children at once") {
  std::vector<std::thread> threads;
  std::vector<std::string> outputs(8);
  for (std::size_t i = 0; i < outputs.size(); i++)
    threads.emplace_back([&outputs, i] {
      for (int n = 0; n < 5; n++) outputs[i] += run(shell("echo " + std::to_string(i))).output;
    });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < outputs.size(); i++) {
    std::string expected;
    for (int n = 0; n < 5; n++) expected += std::to_string(i) + "\n";
    CHECK(outputs[i] == expected);
  }
}

TEST_CASE("a command line is split as a shell does and nothing is expanded") {
  using Words = std::vector<std::string>;
  CHECK(split_command_line("").empty());
  CHECK(split_command_line("  a\tb\nc  ") == Words{"a", "b", "c"});
  CHECK(split_command_line(R"(echo 'a b' "c \"d\" $E" f\ g '' x'y'"z")") ==
        Words{"echo", "a b", "c \"d\" $E", "f g", "", "xyz"});
  CHECK(split_command_line(R"('a\b' "a\b" a\\b)") == Words{R"(a\b)", R"(a\b)", R"(a\b)"});
  CHECK(split_command_line("*.txt ~ $(x) `y` a;b|c") == Words{"*.txt", "~", "$(x)", "`y`", "a;b|c"});
  for (const auto* open : {"'a", "\"a", "a 'b\"", "\"a\\\""}) CHECK_THROWS_AS(split_command_line(open), Error);
}

TEST_CASE("output of a child is passed on while it runs, with standard error apart") {
  std::string out;
  std::vector<std::string> lines;
  const ChildOutput output{.bytes = [&](std::span<const std::uint8_t> b) { out.append(b.begin(), b.end()); },
                           .line = [&](std::string_view line) { lines.emplace_back(line); }};
  const auto script = "echo a; echo b >&2; printf 'c\\n\\nd' >&2; head -c 10000 /dev/zero | tr '\\0' x >&2; echo e";
  const auto result = run_child(shell(script), output, CancelToken());
  CHECK(result.succeeded());
  CHECK(out == "a\ne\n");
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == "b");
  CHECK(lines[1] == "c");
  CHECK(lines[2].empty());
  CHECK(lines[3].size() == 4096);
  CHECK(lines[5].size() == 10'001 - 2 * 4096);
  CHECK(result.output.starts_with("b\nc\n\ndxxx"));
}

TEST_CASE("a callback for output may throw, which ends the child") {
  const TempDir folder;
  const ChildOutput output{.bytes = [](std::span<const std::uint8_t>) { throw Error(ErrorKind::io, "full"); },
                           .line = [](std::string_view) {}};
  const auto pid_file = (folder / "pid").string();
  CHECK_THROWS_AS(run_child(shell("echo $$ >" + pid_file + "; yes"), output, CancelToken()), Error);
  std::ifstream file(pid_file);
  std::string pid;
  std::getline(file, pid);
  CHECK(eventually(5s, [&] { return is_over(pid); }));
}
