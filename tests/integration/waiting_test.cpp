// Waiting is built in: a restore that starts before its server ends well once the server is there.
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <filesystem>

#include "tests/support/eventually.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/replica_set.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

std::string archive() {
  return "--archive=" + test_data("shop.archive.gz").string();
}

std::string at(std::uint16_t port) {
  return "--uri=mongodb://127.0.0.1:" + std::to_string(port) + "/";
}

/// How many threads a process runs: those of the driver come with the first connection.
std::ptrdiff_t threads_of(pid_t pid) {
  const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(pid) + "/task");
  return std::distance(begin(tasks), end(tasks));
}

bool says(const Child& child, const std::string& text) {
  return child.err().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a restore that starts before its server waits for it") {
  const auto port = free_port();
  Child child(restore_command({at(port), archive()}));
  REQUIRE(eventually(20s, [&] { return says(child, "refused"); }));
  const Mongod server({.version = "4.4.2", .port = port});
  const Finished finished = child.wait(60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(read_namespaces(server.client()).contains("shop.fruits"));
}

TEST_CASE("standard input is not touched while its server is waited for") {
  const auto port = free_port();
  Command command = restore_command({at(port), "--archive"});
  command.input = test_data("shop.archive.gz");
  Child child(command);
  REQUIRE(eventually(20s, [&] { return says(child, "refused"); }));
  const Mongod server({.port = port});
  const Finished finished = child.wait(60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(read_namespaces(server.client()).contains("shop.fruits"));
}

TEST_CASE("a missing archive or a folder in its place is said at once although no server answers") {
  for (const std::string path : {"/nowhere/at.archive", "/tmp"}) {
    const Finished finished = restore({at(free_port()), "--archive=" + path}, 20s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 66);
    CHECK(error_lines(finished).at(0).find(path) != std::string::npos);
  }
}

TEST_CASE("TERM while a server is looked for is obeyed and need not be enforced") {
  Child child(restore_command({at(free_port()), archive(), "--serverSelectionTimeout=60"}));
  REQUIRE(eventually(10s, [&] { return threads_of(child.pid()) > 3; }));
  child.signal(SIGTERM);
  const Finished finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 143);
  CHECK(finished.err.find("did not stop") == std::string::npos);
}

TEST_CASE("a server that never comes ends with 69 once --retry-for is over") {
  const Finished finished = restore({at(free_port()), archive(), "--retry-for=3s"}, 60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 69);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished)[0].find("refused") != std::string::npos);
}

TEST_CASE("a name that is not there yet is waited for") {
  const Finished finished = restore({"--uri=mongodb://no-such-name.invalid/", archive(), "--retry-for=3s"}, 60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 69);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished)[0].find("no-such-name.invalid") != std::string::npos);
}

TEST_CASE("a replica set that is not yet initiated is said to be so and waited for") {
  ReplicaSet set;
  Child child(restore_command({"--uri=" + set.uri(), archive()}));
  REQUIRE(eventually(60s, [&] { return says(child, "initiated"); }));
  set.initiate();
  const Finished finished = child.wait(120s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(read_namespaces(set.member(set.primary()).client()).contains("shop.fruits"));
}

TEST_CASE("TERM while the server is waited for ends with 143 within two seconds") {
  Child child(restore_command({at(free_port()), archive()}));
  REQUIRE(eventually(20s, [&] { return says(child, "refused"); }));
  const auto asked = std::chrono::steady_clock::now();
  child.signal(SIGTERM);
  const Finished finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 143);
  CHECK(std::chrono::steady_clock::now() - asked < 2s);
}
