// `sidekick run`: what the command is given, what is told of it, and bad input.
#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "sidekick/fd.hpp"
#include "sidekick/json.hpp"
#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

Finished tell(std::vector<std::string> flags, std::vector<std::string> names = {}) {
  names.insert(names.begin(), "tell-process");
  return run(run_misbehave(Place::ordinary, std::move(flags), std::move(names)), 20s);
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The one line of an error, and its code.
void check_refused(const std::vector<std::string>& flags, int code, const std::string& part) {
  const auto finished = run(run_misbehave(Place::ordinary, flags, {"exit", "0"}), 20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == code);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(holds(error_lines(finished).front(), part));
}

}  // namespace

TEST_CASE("a command has its own group, no signal blocked or ignored, and only the standard descriptors") {
  const auto finished = tell({});
  INFO(finished.describe());
  CHECK(holds(finished.out, "Group of its own: yes"));
  CHECK(holds(finished.out, "SigBlk:\t0000000000000000"));
  CHECK(holds(finished.out, "0000000\nCwd"));  // of SigIgn; one of the library's own above comes from the test's spawn
  CHECK(holds(finished.out, "Descriptors: 0 1 2\n"));
}

TEST_CASE("a command has the given folder, umask, niceness and user") {
  const TempDir folder;
  const auto finished = tell({"--chdir=" + folder.path().string(), "--umask=027", "--nice=3"});
  INFO(finished.describe());
  CHECK(holds(finished.out, "Cwd: " + folder.path().string() + "\n"));
  CHECK(holds(finished.out, "Umask:\t0027"));
  CHECK(holds(finished.out, "Nice: " + std::to_string(std::min(::nice(0) + 3, 19)) + "\n"));
  if (::geteuid() != 0) SKIP("only root can become someone else");
  CHECK(holds(tell({"--user=12345"}).out, "Uid:\t12345\t12345\t12345\t12345\nGid:\t12345\t12345\t12345\t12345\n"));
  CHECK(holds(tell({"--user=12345:77"}).out, "Uid:\t12345\t12345\t12345\t12345\nGid:\t77\t77\t77\t77\n"));
  CHECK(holds(tell({"--user=daemon"}).out, "Uid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\n"));
  CHECK(holds(tell({"--user=nobody:daemon"}, {"HOME"}).out, "HOME=/nonexistent\n"));
}

TEST_CASE("a command has the variables of env files and secrets, and only it has those") {
  const TempDir folder;
  write_file(folder / "env", "# comment\n\nA=1\nB=two words = \"x\"\r\nA=3\n");
  write_file(folder / "secret", "hunter2\n");
  const auto finished =
      tell({"--env-file=" + (folder / "env").string(), "--secret-env=S=" + (folder / "secret").string(),
            "--log-level=debug", "--on-success=true"},
           {"A", "B", "S"});
  INFO(finished.describe());
  CHECK(holds(finished.out, "A=3\nB=two words = \"x\"\nS=hunter2\n"));
  CHECK_FALSE(holds(finished.err, "hunter2"));
}

TEST_CASE("invalid input is reported in one line with the exit code of its kind") {
  const TempDir folder;
  write_file(folder / "env", "A=1\nnonsense\n");
  check_refused({"--env-file=" + (folder / "env").string()}, 78, "line 2");
  check_refused({"--env-file=" + (folder / "absent").string()}, 66, "absent");
  check_refused({"--secret-env=NAME"}, 64, "NAME=FILE");
  check_refused({"--secret-env=S=" + (folder / "absent").string()}, 66, "absent");
  check_refused({"--retry-on=1,300"}, 64, "300");
  check_refused({"--success-codes=x"}, 64, "--success-codes");
  check_refused({"--grace=5"}, 64, "unit");
  check_refused({"--umask=9"}, 64, "octal");
  check_refused({"--nice=99"}, 64, "--nice");
  check_refused({"--user=no-such-user"}, 78, "no-such-user");
  check_refused({"--once=k"}, 78, "--state");
  check_refused({"--chdr=/"}, 64, "--chdir");
  check_refused({"--on-success=it's"}, 64, "quote");
  check_refused({"--hook-timeout=0s"}, 64, "a limit of zero");
  check_refused({"--once=k", "--state=/tmp", "--term-is-success"}, 78, "exclude");
  const auto bare = run({{sidekick_binary(), "run"}}, 20s);
  CHECK(bare.exit_code == 64);
  CHECK(holds(bare.err, "no command"));
  CHECK(run({{sidekick_binary(), "run", "--"}}, 20s).exit_code == 64);
  CHECK(run({{sidekick_binary(), "run", "true"}}, 20s).exit_code == 64);
}

TEST_CASE("a command without -- before it is an error with a hint") {
  const auto finished = run({{sidekick_binary(), "run", "sh", "-c", "echo hi"}}, 20s);
  CHECK(finished.exit_code == 64);
  CHECK(holds(finished.err, "unknown flag '-c' after 'sh'"));
  CHECK(holds(finished.err, "write -- before a command"));
  CHECK(holds(run({{sidekick_binary(), "run", "ls", "--all"}}, 20s).err, "unknown flag '--all' after 'ls'"));
}

TEST_CASE("the words after -- belong to the command whatever they look like") {
  const auto finished = run(run_command(Place::ordinary, {"--quiet"}, {"echo", "--help", "--park", "--", "-v"}), 20s);
  CHECK(finished.out == "--help --park -- -v\n");
}

TEST_CASE("exit codes decide on success and retry") {
  const TempDir folder;
  const auto count = (folder / "count").string();
  const auto fail = [&](std::vector<std::string> flags, const std::string& code) {
    std::filesystem::remove(count);
    return run(run_misbehave(Place::ordinary, std::move(flags), {"fail-first", count, "2", code}), 30s).exit_code;
  };
  CHECK(fail({}, "75") == 75);
  CHECK(fail({"--success-codes=70-80"}, "75") == 0);
  CHECK(fail({"--retries=1"}, "75") == 75);
  CHECK(read_file(count) == "run\nrun\n");
  CHECK(fail({"--retries=2"}, "75") == 0);
  CHECK(fail({"--retries=2", "--retry-on=1,2"}, "75") == 75);
  CHECK(read_file(count) == "run\n");
  CHECK(fail({"--retry-on=75"}, "75") == 0);
}

TEST_CASE("the report tells attempts, codes, signals, memory and time of the processor") {
  const TempDir folder;
  const auto report = (folder / "report").string();
  auto finished = run(run_misbehave(Place::ordinary, {"--report=" + report}, {"eat", "50"}), 60s);
  INFO(finished.describe());
  auto told = sidekick::parse_json(read_file(report));
  CHECK(told.at("exit_code") == 0);
  CHECK(told.at("attempts").as_array().size() == 1);
  CHECK(told.at("attempts").at(0).at("end") == "exited");
  CHECK(told.at("attempts").at(0).at("peak_kib").to_number<long>() > 50 * 1024);
  CHECK(told.at("attempts").at(0).at("user_s").to_number<double>() > 0);
  CHECK(told.at("attempts").at(0).at("signal").is_null());
  finished = run(run_misbehave(Place::ordinary, {"--report=" + report, "--retries=1"}, {"die", "9"}), 60s);
  told = sidekick::parse_json(read_file(report));
  CHECK(told.at("exit_code") == 137);
  REQUIRE(told.at("attempts").as_array().size() == 2);
  CHECK(told.at("attempts").at(1).at("end") == "signalled");
  CHECK(told.at("attempts").at(1).at("code") == 137);
  CHECK(told.at("attempts").at(1).at("signal") == "SIGKILL");
  finished = run(run_misbehave(Place::ordinary, {"--report=" + report}, {"exit", "137"}), 60s);
  told = sidekick::parse_json(read_file(report));
  CHECK(told.at("exit_code") == 137);
  CHECK(told.at("attempts").at(0).at("end") == "exited");
  CHECK(run(run_command(Place::ordinary, {"--report=" + report}, {"/no/such"}), 20s).exit_code == 127);
  told = sidekick::parse_json(read_file(report));
  CHECK(told.at("attempts").at(0).at("end") == "not_started");
}

TEST_CASE("the hook for the outcome runs at the end, and its failure is a warning") {
  const TempDir folder;
  const auto said = (folder / "said").string();
  const std::vector<std::string> hooks{"--on-success=sh -c 'echo good $SIDEKICK_EXIT_CODE >>" + said + "'",
                                       "--on-failure=sh -c 'echo bad $SIDEKICK_EXIT_CODE >>" + said + "'"};
  CHECK(run(run_misbehave(Place::ordinary, hooks, {"exit", "0"}), 20s).exit_code == 0);
  CHECK(run(run_misbehave(Place::ordinary, hooks, {"exit", "9"}), 20s).exit_code == 9);
  CHECK(run(run_command(Place::ordinary, hooks, {"/no/such"}), 20s).exit_code == 127);
  CHECK(read_file(said) == "good 0\nbad 9\nbad 127\n");
  const auto finished = run(run_misbehave(Place::ordinary, {"--on-success=false"}, {"exit", "0"}), 20s);
  CHECK(finished.exit_code == 0);
  CHECK(holds(finished.err, "\"level\":\"warning\",\"msg\":\"'false' exited with 1\""));
}

TEST_CASE("a dry run runs nothing") {
  const TempDir folder;
  const auto count = (folder / "count").string();
  const auto finished = run(run_misbehave(Place::ordinary, {"--dry-run"}, {"fail-first", count}), 20s);
  CHECK(finished.exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(count));
}

TEST_CASE("a command does not begin before its dependencies are up") {
  const TempDir folder;
  const auto flag = (folder / "flag").string();
  const auto count = (folder / "count").string();
  const auto command = run_misbehave(Place::ordinary, {"--wait=file://" + flag}, {"fail-first", count});
  auto late = command;
  late.words.insert(late.words.begin() + 2, "--timeout=300ms");
  CHECK(run(late, 20s).exit_code == 124);
  CHECK_FALSE(std::filesystem::exists(count));
  Child child(command);
  write_file(flag, "x");
  CHECK(child.wait(20s).exit_code == 0);
  CHECK(read_file(count) == "run\n");
  check_refused({"--wait=nonsense://x/"}, 64, "nonsense");
}

TEST_CASE("a report is written to an existing pipe or device without replacing it") {
  const TempDir folder;
  const auto begins = [](const std::string& text) { return text.starts_with("said\n{\"command\":\"echo\""); };
  // As /dev/stdout is one.
  const auto to_output = (folder / "stdout").string();
  std::filesystem::create_symlink("/proc/self/fd/1", to_output);
  const auto finished = run(run_command(Place::ordinary, {"--report=" + to_output}, {"echo", "said"}), 20s);
  INFO(finished.describe());
  CHECK(begins(finished.out));
  CHECK(std::filesystem::is_symlink(to_output));
  // Into a file that is our standard output too.
  const auto out = (folder / "out").string();
  auto command = run_command(Place::ordinary, {"--report=" + to_output}, {"echo", "said"});
  command.words.insert(command.words.begin(), {"sh", "-c", "exec \"$@\" >" + out, "sh"});
  CHECK(run(command, 20s).exit_code == 0);
  CHECK(begins(read_file(out)));
  const auto pipe = (folder / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  Child reader({.words = {"cat", pipe}});
  const sidekick::Fd held(::open(pipe.c_str(), O_RDWR | O_CLOEXEC));  // the reader may come late
  CHECK(run(run_command(Place::ordinary, {"--report=" + pipe}, {"true"}), 20s).exit_code == 0);
  CHECK(eventually(20s, [&] { return reader.out().find("\"exit_code\":0") != std::string::npos; }));
  CHECK(std::filesystem::is_fifo(pipe));
  // A link leads to the file, and stays.
  const auto link = (folder / "link").string();
  write_file((folder / "file").string(), "");
  std::filesystem::create_symlink("file", link);
  CHECK(run(run_command(Place::ordinary, {"--report=" + link}, {"true"}), 20s).exit_code == 0);
  CHECK(std::filesystem::is_symlink(link));
  CHECK(holds(read_file((folder / "file").string()), "\"exit_code\":0"));
}

TEST_CASE("the attempt timeout covers the command but not the wait before it") {
  const TempDir folder;
  const auto flag = (folder / "flag").string();
  write_file((folder / "input").string(), "read me");
  auto command =
      run_misbehave(Place::ordinary, {"--wait=file://" + flag, "--attempt-timeout=300ms", "--retries=0"}, {"echo"});
  command.input = folder / "input";
  Child child(command);
  CHECK_FALSE(eventually(700ms, [&] { return !child.running(); }));
  write_file(flag, "");
  const auto finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(finished.out == "read me");
  const auto late =
      run(run_misbehave(Place::ordinary, {"--attempt-timeout=100ms", "--retries=0"}, {"exit-on-term"}), 20s);
  INFO(late.describe());
  CHECK(late.exit_code == 124);
}

TEST_CASE("run names the pending dependency at its timeout") {
  const auto finished =
      run(run_misbehave(Place::ordinary, {"--wait=file:///no/such", "--timeout=100ms"}, {"exit", "0"}), 20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 124);
  CHECK(holds(finished.err, "'file:///no/such' (No such file or directory)"));
}

TEST_CASE("a closed standard descriptor of a command is not replaced by another file") {
  const TempDir folder;
  const auto said = (folder / "said").string();
  const auto* const script = "for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done >\"$0\"";
  for (const auto* const closed : {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"}) {
    INFO(closed);
    const auto command =
        run_command(Place::ordinary, {"--lock=" + (folder / "lock").string()}, {"sh", "-c", script, said});
    auto words = command.words;
    words.insert(words.begin(), {"sh", "-c", std::string("exec \"$@\" ") + closed, "sh"});
    CHECK(run({words}, 20s).exit_code == 0);
    CHECK_FALSE(holds(read_file(said), "anon_inode"));
    CHECK_FALSE(holds(read_file(said), "lock"));
    CHECK(read_file(folder / "lock").empty());
  }
  // Of sidekick itself, above the keeper: its log goes to its second descriptor whatever that is.
  const auto* const script_of_parent = "readlink /proc/$(cut -d' ' -f4 /proc/$PPID/stat)/fd/2 >\"$0\"";
  auto words = run_command(Place::ordinary, {}, {"sh", "-c", script_of_parent, said}).words;
  words.insert(words.begin(), {"sh", "-c", "exec \"$@\" 2>&-", "sh"});
  CHECK(run({words}, 20s).exit_code == 0);
  CHECK(read_file(said) == "/dev/null\n");
}
