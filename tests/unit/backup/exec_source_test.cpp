#include "backup/exec_source.hpp"

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/unit/backup/surroundings.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sinks.hpp"
#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::backup;
using namespace sidekick::test;

namespace {

const std::vector<std::string> environment{"PATH=/usr/bin:/bin", "PGPASSWORD=hidden"};

std::string output_of(const std::string& command, EmptySource empty = EmptySource::refused) {
  Surroundings around;
  MemorySink out;
  ExecSource(command, environment, empty).write_to(out, around.context);
  CHECK(out.finished == 0);
  CHECK(around.progressed == out.bytes.size());
  return {out.bytes.begin(), out.bytes.end()};
}

std::optional<Error> failure(const std::string& command) {
  return error_of([&] { output_of(command); });
}

}  // namespace

TEST_CASE("standard output of a command is the backup and standard error goes to the log") {
  CHECK(output_of("printf 'a b\\n'") == "a b\n");
  CHECK(output_of("sh -c 'echo $PGPASSWORD'") == "hidden\n");
  Surroundings around;
  MemorySink out;
  ExecSource source("sh -c 'echo one >&2; echo out; echo two mongodb://u:pw@h/ >&2; printf three >&2'", environment,
                    EmptySource::refused);
  source.write_to(out, around.context);
  CHECK(std::string(out.bytes.begin(), out.bytes.end()) == "out\n");
  const auto lines = around.log.lines();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].ends_with("line=one"));
  CHECK(lines[1].ends_with("line=two mongodb://h/"));
  CHECK(lines[2].ends_with("line=three"));
}

TEST_CASE("many bytes pass a slow pipe completely and in order") {
  const auto text = output_of("seq 1 300000");
  CHECK(text.size() == 1'988'895);
  CHECK(text.starts_with("1\n2\n3\n"));
  CHECK(text.ends_with("299999\n300000\n"));
}

TEST_CASE("output of a process that a command left behind is read to its end") {
  CHECK(output_of("sh -c '(sleep 0.3; echo late) & echo early'") == "early\nlate\n");
  CHECK(output_of("sh -c '(sleep 100 >&2) & echo whole'") == "whole\n");
}

TEST_CASE("a command source is named only by its program") {
  const ExecSource source("pg_dump --password=secret postgres://u:pw@db/shop", environment, EmptySource::refused);
  CHECK(source.where() == "exec: pg_dump");
  CHECK(source.kind() == "exec");
  CHECK(source.extension() == "out");
  CHECK(error_of([] { ExecSource("", environment, EmptySource::refused); })->kind() == ErrorKind::usage);
  CHECK(error_of([] { ExecSource("echo 'a", environment, EmptySource::refused); })->kind() == ErrorKind::usage);
}

TEST_CASE("a failing command fails the backup with its last line") {
  const auto failed = failure("sh -c 'echo part; echo no such database >&2; echo >&2; exit 3'");
  REQUIRE(failed);
  CHECK(failed->kind() == ErrorKind::io);
  CHECK(failed->transient());
  CHECK(failed->message() == "'sh' exited with 3: no such database");
  const auto killed = failure("sh -c 'echo part; kill -9 $$'");
  REQUIRE(killed);
  CHECK(killed->message() == "'sh' was killed by SIGKILL");
  CHECK_FALSE(failure("sh -c 'exit 127'")->transient());
  CHECK(failure("no-such-program-here x")->kind() == ErrorKind::no_input);
  CHECK(failure("/etc/passwd")->kind() == ErrorKind::denied);
}

TEST_CASE("a command that writes nothing is an error unless that is allowed") {
  const auto empty = failure("true");
  REQUIRE(empty);
  CHECK(empty->kind() == ErrorKind::no_input);
  CHECK(output_of("true", EmptySource::allowed).empty());
}

TEST_CASE("a command ends with all that it started when the backup is stopped") {
  const TempDir folder;
  Surroundings around;
  MemorySink out;
  const auto pid_file = (folder / "pid").string();
  ExecSource source("sh -c 'sleep 1000 & echo $! >" + pid_file + "; echo ready; wait'", environment,
                    EmptySource::refused);
  std::thread stopper([&] {
    CHECK(eventually(std::chrono::seconds(10),
                     [&] { return std::filesystem::exists(pid_file) && read_file(pid_file).ends_with("\n"); }));
    around.stop.cancel();
  });
  const auto began = std::chrono::steady_clock::now();
  const auto error = error_of([&] { source.write_to(out, around.context); });
  stopper.join();
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(2));
  const auto process = "/proc/" + std::to_string(std::stoi(read_file(pid_file)));
  CHECK(eventually(std::chrono::seconds(5), [&] {
    return !std::filesystem::exists(process) || read_file(process + "/stat").find(") Z ") != std::string::npos;
  }));
}

TEST_CASE("a full disk after a command ends the command") {
  Surroundings around;
  FullSink full(1000);
  ExecSource source("sh -c 'yes'", environment, EmptySource::refused);
  const auto error = error_of([&] { source.write_to(full, around.context); });
  REQUIRE(error);
  CHECK(mentions(*error, "no space left"));
}

TEST_CASE("the output of a command is verified by reading it to the end") {
  const ExecSource source("true", environment, EmptySource::refused);
  CHECK_NOTHROW(source.prove(std::make_unique<MemorySource>(Buffer(300'000, 'x')), "x", CancelToken()));
}
