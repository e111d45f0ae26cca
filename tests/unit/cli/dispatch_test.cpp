#include "agent/cli/dispatch.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "agent/cli/commands.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/call.hpp"
#include "tests/unit/support/limits.hpp"

using namespace sidekick;
using namespace sidekick::cli;
using namespace sidekick::test;

TEST_CASE("a command is known by its name, by its peer's, and with a path before it") {
  REQUIRE(find_command("restore"));
  CHECK(find_command("restore") == find_command("mongorestore"));
  CHECK(find_command("restore") == find_command("/usr/bin/mongorestore"));
  CHECK_FALSE(find_command("sidekick"));
  CHECK_FALSE(find_command(""));
}

TEST_CASE("without a word the commands are listed on standard error, and the code is 64") {
  const auto ended = call({"/sidekick"});
  CHECK(ended.code == 64);
  CHECK(ended.out.empty());
  CHECK(ended.err.find("mongorestore") != std::string::npos);
}

TEST_CASE("an unknown command names the nearest") {
  const auto ended = call({"sidekick", "mongorestor"});
  CHECK(ended.code == 64);
  CHECK(ended.err.find("unknown command 'mongorestor'") != std::string::npos);
  CHECK(ended.err.find("did you mean 'mongorestore'?") != std::string::npos);
}

TEST_CASE("the version is printed by the program and by each command") {
  for (const auto& ended : {call({"sidekick", "--version"}), call({"sidekick", "version"}),
                            call({"sidekick", "restore", "--version"}), call({"/bin/mongorestore", "--version"})}) {
    CHECK(ended.code == 0);
    CHECK(ended.out.starts_with("sidekick "));
    CHECK(ended.err.empty());
  }
}

TEST_CASE("help goes to standard output, also when other settings are wrong") {
  for (const auto& ended :
       {call({"sidekick", "restore", "--help"}, {"SIDEKICK_URI="}), call({"sidekick", "help", "mongorestore"}),
        call({"sidekick", "restore", "--help-all"}, {"SIDEKICK_URI="}),
        call({"sidekick", "help", "restore", "--help-all"})}) {
    CHECK(ended.code == 0);
    CHECK(ended.out.find("--nsInclude=PATTERN") != std::string::npos);
    CHECK(ended.err.empty());
  }
}

TEST_CASE("only --help-all shows the flags that few users need") {
  const std::string rare = "--excludeCollectionsWithPrefix";
  CHECK(call({"sidekick", "restore", "--help"}).out.find(rare) == std::string::npos);
  CHECK(call({"sidekick", "help", "restore"}).out.find(rare) == std::string::npos);
  CHECK(call({"sidekick", "restore", "--help-all"}).out.find(rare) != std::string::npos);
  CHECK(call({"sidekick", "help", "restore", "--help-all"}).out.find(rare) != std::string::npos);
  CHECK(call({"sidekick", "backup", "list", "--help-all"}).out.find("--ssh-password=") != std::string::npos);
  CHECK(call({"sidekick", "healthcheck", "--help-all"}).out.find("--ready") != std::string::npos);
}

TEST_CASE("the name the program was called by selects the command") {
  const auto ended = call({"/usr/local/bin/mongorestore", "--dorp"});
  CHECK(ended.code == 64);
  CHECK(ended.err.find("did you mean '--drop'?") != std::string::npos);
}

TEST_CASE("a wrong setting is one line of JSON with its code, and no secret") {
  const auto ended = call({"sidekick", "restore", "--workers=0", "--password=hunter2"});
  CHECK(ended.code == 64);
  CHECK(ended.err.starts_with("{\"ts\":"));
  CHECK(ended.err.find("\"code\":64") != std::string::npos);
  CHECK(ended.err.find("hunter2") == std::string::npos);
  CHECK(std::ranges::count(ended.err, '\n') == 1);
}

TEST_CASE("the values in force are printed with their sources and without secrets") {
  const auto ended = call({"sidekick", "restore", "--drop", "--print-config", "--archive=a"},
                          {"SIDEKICK_URI=mongodb://u:hunter2@h/", "TZ=UTC"});
  CHECK(ended.out.find("uri = mongodb://h/  (environment SIDEKICK_URI)\n") != std::string::npos);
  CHECK(ended.out.find("drop = true  (flag --drop)\n") != std::string::npos);
  CHECK(ended.out.find("hunter2") == std::string::npos);
}

TEST_CASE("an unknown time zone is an error before anything is done") {
  const auto ended = call({"sidekick", "restore", "--archive=a"}, {"TZ=Mars/Olympus"});
  CHECK(ended.code == 78);
  CHECK(ended.err.find("unknown time zone 'Mars/Olympus' (TZ)") != std::string::npos);
}

TEST_CASE("wrong settings are told in the form of log that was asked for") {
  const auto ended = call({"sidekick", "restore", "--log-format=text", "--workers=0"});
  CHECK(ended.code == 64);
  CHECK(ended.err.starts_with("ts="));
  CHECK(ended.err.find(" job=restore kind=usage code=64\n") != std::string::npos);
}

TEST_CASE("a command that cannot park ends, whatever asks it to park") {
  for (const auto& ended :
       {call({"sidekick", "wait", "--foo"}, {"SIDEKICK_PARK=1"}), call({"sidekick", "wait", "--park", "tcp://x"})}) {
    CHECK(ended.code == 64);
    CHECK(ended.err.find("unknown flag") != std::string::npos);
  }
}

TEST_CASE("a flag that takes parking back beats the environment") {
  CHECK(call({"sidekick", "restore", "--park=false", "--bogus"}, {"SIDEKICK_PARK=1"}).code == 64);
}

TEST_CASE("the first of several problems is told in one line, with the number of the others") {
  const auto ended = call({"sidekick", "restore", "--workers=0", "--batchSize=0", "--bogus"}, {"SIDEKICK_RETRIES=x"});
  CHECK(ended.code == 64);
  CHECK(std::ranges::count(ended.err, '\n') == 1);
  CHECK(ended.err.find("unknown flag '--bogus' (and 3 more problems: --print-config lists them)") != std::string::npos);
}

TEST_CASE("the flag --print-config prints the values and then every problem, one a line") {
  const auto ended = call(
      {"sidekick", "restore", "--print-config", "--workers=0", "--batchSize=0", "--bogus", "--password-file=/no/such"},
      {"SIDEKICK_RETRIES=x"});
  CHECK(ended.code == 64);
  CHECK(ended.out.find("workers = 0  (flag --workers)\n") != std::string::npos);
  CHECK(std::ranges::count(ended.err, '\n') == 5);
  for (const auto* problem : {"unknown flag '--bogus'", "--workers '0'", "--batchSize '0'", "SIDEKICK_RETRIES 'x'",
                              "cannot read '/no/such' (--password-file)"})
    CHECK(ended.err.find(problem) != std::string::npos);
}

// Runs the program under a limit: its exit code and what it wrote to standard error.
static std::pair<int, std::string> ended_under(__rlimit_resource what, rlim_t most) {
  const TempDir folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  const auto file = (folder / "err").string();
  const int status = in_child([&] {
    constexpr uid_t nobody = 65534;  // root has no limit of threads
    const int out = ::open(file.c_str(), O_WRONLY | O_CREAT, 0600);
    if (out < 0 || ::dup2(out, STDERR_FILENO) < 0 || ::close(out) != 0) return 99;
    if (::geteuid() == 0 && ::setresuid(nobody, nobody, nobody) != 0) return 98;
    limit(what, most);
    const std::array words{"sidekick", "wait", "tcp://127.0.0.1:1"};
    const std::array<const char*, 1> none{};
    return cli::run(words.size(), words.data(), none.data());
  });
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(file)};
}

TEST_CASE("where the system has no thread at the start, the error says which limit to raise") {
  const auto [code, err] = ended_under(RLIMIT_NPROC, 0);
  CAPTURE(err);
  CHECK(code == 75);
  CHECK(err.find("cannot start a thread") != std::string::npos);
  CHECK(err.find("raise the limit of processes and threads") != std::string::npos);
}

#ifndef SIDEKICK_SANITIZED  // without descriptors the sanitizer cannot look at memory
TEST_CASE("where the system has no descriptor at the start, the error says which limit to raise") {
  const auto [code, err] = ended_under(RLIMIT_NOFILE, 3);
  CAPTURE(err);
  CHECK(code == 74);
  CHECK(err.find("raise the limit of open files") != std::string::npos);
}
#endif
