// `sidekick run`: every way in which a command can behave, as an ordinary process and as PID 1.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>

#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

Finished behave(Place place, std::vector<std::string> flags, std::vector<std::string> words) {
  return run(run_misbehave(place, std::move(flags), std::move(words)), 60s);
}

std::string quoted(const std::string& name, const std::string& value) {
  return "\"" + name + "\":\"" + value + "\"";
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("run ends with the exit code of its command") {
  for (int code = 0; code <= 255; code += is_sanitized() ? 15 : 1) {
    const auto finished = behave(Place::ordinary, {"--quiet"}, {"exit", std::to_string(code)});
    INFO(finished.describe());
    CHECK(finished.exit_code == code);
  }
}

TEST_CASE("run as PID 1 ends with the exit code of its command") {
  for (const int code : {0, 1, 2, 124, 126, 127, 128, 137, 143, 255}) {
    const auto finished = behave(Place::first_process, {}, {"exit", std::to_string(code)});
    INFO(finished.describe());
    CHECK(finished.exit_code == code);
  }
}

TEST_CASE("run ends with 128 plus the signal that killed its command, distinct from an exit with that number") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV,
                           SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGSYS}) {
    const auto killed = behave(place, {}, {"die", std::to_string(signal)});
    INFO(killed.describe());
    CHECK(killed.exit_code == 128 + signal);
    CHECK(holds(killed.err, std::string("was killed by SIG") + ::sigabbrev_np(signal)));
  }
  const auto exited = behave(place, {}, {"exit", "139"});
  CHECK(exited.exit_code == 139);
  CHECK(holds(exited.err, "exited with 139"));
}

TEST_CASE("run ends a command that ignores SIGTERM once its grace is over") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  const auto finished = behave(place, {"--timeout=300ms", "--grace=200ms"}, {"ignore-term"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 124);
  CHECK(holds(finished.err, "was killed by SIGKILL"));
  CHECK(finished.wall.count() < 10);
}

TEST_CASE("run leaves no process behind, even if it ignores SIGTERM or has its own session") {
  const auto where = GENERATE(std::string("group"), std::string("session"));
  const auto stays = GENERATE(true, false);
  const TempDir folder;
  const auto file = (folder / "pid").string();
  std::vector<std::string> words{"leave", where, file};
  if (stays) words.emplace_back("stay");
  const auto finished = behave(Place::ordinary, {"--timeout=2s", "--grace=200ms"}, words);
  INFO(finished.describe());
  CHECK(finished.exit_code == (stays ? 124 : 0));
  CHECK(is_over(std::stoi(read_file(file))));
}

TEST_CASE("run waits for a command that closes its output") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  const auto logs = GENERATE(std::string("--log-output"), std::string("--log-output=false"));
  const auto finished = behave(place, {logs}, {"close-output", "6"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 6);
}

TEST_CASE("run passes a flood of 200 MB through byte for byte") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  auto command = run_misbehave(place, {"--quiet"}, {"flood", "200000000", "8000"});
  std::string line;
  for (const auto& word : command.words) line += "'" + word + "' ";
  const auto finished = run({{"sh", "-c", line + "| wc -c"}}, 120s);
  INFO(finished.describe());
  CHECK(finished.out == "200000000\n");
}

TEST_CASE("run logs a flood without keeping it in memory") {
  // Half again what it may take: more tells nothing more.
  auto command = run_misbehave(Place::ordinary, {"--log-output"}, {"flood", "100000000", "14000"});
  command.words.insert(command.words.begin(), {"sh", "-c", "exec \"$@\" 2>/dev/null", "sh"});
  const auto finished = run(command, 120s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  if (!is_sanitized()) CHECK(finished.peak_kib < 64 * 1024);
}

TEST_CASE("a command is not blocked for ever by an output pipe without a reader") {
  const auto command = run_misbehave(Place::ordinary, {"--quiet"}, {"flood", "200000000"});
  std::string line;
  for (const auto& word : command.words) line += "'" + word + "' ";
  const auto finished = run({{"bash", "-c", line + "| head -c 1 >/dev/null; echo ${PIPESTATUS[0]}"}}, 30s);
  INFO(finished.describe());
  CHECK(finished.out == "141\n");
}

TEST_CASE("an incomplete last line is passed through unchanged and logged as a line") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  const auto passed = behave(place, {"--quiet"}, {"half-line"});
  CHECK(passed.out == "whole\nhalf");
  CHECK(passed.err == "err");
  const auto logged = behave(place, {"--log-output"}, {"half-line"});
  INFO(logged.describe());
  CHECK(logged.out.empty());
  for (const auto& [text, stream] :
       {std::pair("whole", "stdout"), std::pair("half", "stdout"), std::pair("err", "stderr")})
    CHECK(holds(logged.err, quoted("msg", text) + ",\"job\":\"run\",\"attempt\":1," + quoted("stream", stream)));
}

TEST_CASE("a line that is too long for the log is split and marked") {
  const auto finished = behave(Place::ordinary, {"--log-output"}, {"flood", "40000", "40000"});
  INFO(finished.describe());
  CHECK(holds(finished.err, "\"part\":1,\"goes_on\":true}"));
  CHECK(holds(finished.err, "\"part\":2,\"goes_on\":true}"));
  CHECK(holds(finished.err, "\"part\":3}"));
  CHECK(std::ranges::count(finished.err, 'x') >= 39'999);
}

TEST_CASE("standard input goes only to the first attempt") {
  const TempDir folder;
  write_file(folder / "input", "some bytes\n");
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  auto command = run_misbehave(place, {"--quiet"}, {"echo"});
  command.input = folder / "input";
  CHECK(run(command, 30s).out == "some bytes\n");
  command = run_command(place, {"--quiet", "--retries=1"}, {"sh", "-c", "read line; echo got=$line; exit 1"});
  command.input = folder / "input";
  CHECK(run(command, 30s).out == "got=some bytes\ngot=\n");
}

TEST_CASE("a command that stops itself can be continued and is killed in time") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  CHECK(behave(place, {"--timeout=300ms", "--grace=5s"}, {"stop-itself"}).exit_code == 124);
  Child child(run_misbehave(place, {}, {"stop-itself"}));
  REQUIRE(eventually(20s, [&] { return child.out() == "ready\n"; }));
  const auto sidekick = sidekick_of(child);
  const auto is_stopped = [&] {
    const auto children = kept_of(sidekick);
    if (children.empty()) return false;
    std::ifstream file("/proc/" + std::to_string(children.front()) + "/stat");
    std::string id, name, state;
    file >> id >> name >> state;
    return state == "T";
  };
  REQUIRE(eventually(20s, is_stopped));
  ::kill(sidekick, SIGCONT);
  const auto finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 5);
}

TEST_CASE("a command may leave zombies of its own") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  CHECK(behave(place, {}, {"zombies", "100"}).exit_code == 0);
}

static void leave_orphans(const std::string& count) {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  Child child(run_misbehave(place, {}, {"orphans", count, "stay"}));
  REQUIRE(eventually(60s, [&] { return child.out() == "ready\n"; }));
  const auto sidekick = sidekick_of(child);
  CHECK(eventually(10s, [&] { return kept_of(sidekick).size() == 1; }));
  ::kill(sidekick, SIGTERM);
  CHECK(child.wait(20s).exit_code == 143);
}

TEST_CASE("of a thousand short-lived orphans no zombie is left while the command goes on") {
  leave_orphans("1000");
}

TEST_CASE("of ten thousand short-lived orphans no zombie is left while the command goes on", "[.long]") {
  leave_orphans("10000");
}

TEST_CASE("a program that cannot be run gives 126 and a missing one 127") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  const TempDir folder;
  write_file(folder / "text", "no first line\n");
  CHECK(run(run_command(place, {"--retries=3"}, {(folder / "text").string()}), 20s).exit_code == 126);
  std::filesystem::permissions(folder / "text", std::filesystem::perms::owner_all);
  CHECK(run(run_command(place, {"--retries=3"}, {(folder / "text").string()}), 20s).exit_code == 126);
  CHECK(run(run_command(place, {"--retries=3"}, {folder.path().string()}), 20s).exit_code == 126);
  CHECK(run(run_command(place, {"--retries=3"}, {(folder / "absent").string()}), 20s).exit_code == 127);
  CHECK(run(run_command(place, {"--retries=3"}, {"no-such-program-here"}), 20s).exit_code == 127);
}

TEST_CASE("with a /proc of another namespace only our known processes are ended") {
  auto command =
      run_command(Place::first_process, {"--grace=200ms"}, {"sh", "-c", "(trap '' TERM; exec sleep 1000) & exit 3"});
  REQUIRE(std::erase(command.words, "--mount-proc") == 1);
  auto finished = run(command, 20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 3);
  CHECK(finished.err.find("does not end after SIGKILL") == std::string::npos);
  // Not the first process: nor does it end itself.
  finished = run({{"unshare", "--pid", "--fork", "--kill-child", "sh", "-c", "\"$@\"; exit $?", "sh", sidekick_binary(),
                   "run", "--grace=200ms", "--", "sh", "-c", "setsid sleep 0.2 & exit 4"}},
                 20s);
  CHECK(finished.exit_code == 4);
}
