// `sidekick wait`: what it becomes, when it does not, and what it says.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>

#include "sidekick/fd.hpp"
#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/other_servers.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

const std::string there = "file:///proc/self/status";

Command wait_command(std::vector<std::string> words, Place place = Place::ordinary) {
  words.insert(words.begin(), "wait");
  return sidekick_command(place, words);
}

Finished wait_for(std::vector<std::string> words) {
  return run(wait_command(std::move(words)), 30s);
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string nobody_listens() {
  return "tcp://127.0.0.1:" + std::to_string(free_port());
}

}  // namespace

TEST_CASE("wait becomes the command and no process stays in between") {
  Child child(wait_command({there, "--", "sh", "-c", "echo $$ $PPID"}));
  const auto id = std::to_string(child.pid()) + " " + std::to_string(::getpid());
  const auto finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(finished.out == id + "\n");
  CHECK_FALSE(std::filesystem::exists("/dev/shm/mongoc-" + std::to_string(child.pid())));  // a library's counters
}

TEST_CASE("as the first process wait becomes the first process") {
  const auto finished = run(wait_command({there, "--", "sh", "-c", "echo $$"}, Place::first_process), 20s);
  INFO(finished.describe());
  CHECK(finished.out == "1\n");
}

TEST_CASE("what wait becomes has no signal blocked or ignored and no descriptor but the usual ones") {
  const auto finished = wait_for({there, nobody_listens(), "--any", "--", misbehave(), "tell-process"});
  INFO(finished.describe());
  CHECK(holds(finished.out, "SigBlk:\t0000000000000000"));
  CHECK(holds(finished.out, "0000000\nCwd"));  // of SigIgn; one of the library's own above comes from the test's spawn
  CHECK(holds(finished.out, "Descriptors: 0 1 2\n"));
}

TEST_CASE("the exit code of what wait becomes is its own") {
  CHECK(wait_for({there, "--", misbehave(), "exit", "7"}).exit_code == 7);
  CHECK(wait_for({there, "--", misbehave(), "die", "9"}).signal == SIGKILL);
  const auto missing = wait_for({there, "--", "no-such-program"});
  CHECK(missing.exit_code == 127);
  CHECK(holds(missing.err, "no such program in PATH"));
  CHECK(wait_for({there, "--", "/no/such/program"}).exit_code == 127);
  const auto refused = wait_for({there, "--", "/etc/passwd"});
  CHECK(refused.exit_code == 126);
  CHECK(error_lines(refused).size() == 1);
}

TEST_CASE("two dashes with nothing behind them are a usage error") {
  const auto finished = wait_for({there, "--"});
  CHECK(finished.exit_code == 64);
  CHECK(error_lines(finished).size() == 1);
}

TEST_CASE("a question about wait runs no command") {
  for (const auto* question : {"--help", "--version", "--print-config", "--man"}) {
    const auto finished = wait_for({there, question, "--", "echo", "the command runs"});
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK_FALSE(holds(finished.out, "the command runs\n"));
  }
}

TEST_CASE("out of time the command does not run and every reason is told") {
  const TcpServer web([](TcpPeer& peer) {
    while (peer.read_request()) peer.answer("503 Service Unavailable", "");
  });
  const TcpServer silent([](TcpPeer& peer) { peer.wait_for_end(); });
  const auto refused = nobody_listens();
  const auto begun = std::chrono::steady_clock::now();
  const auto finished = wait_for({there, refused, web.url("/health"), silent.url(), "dns://no-such-name.invalid",
                                  "file:///no/such/file", "--timeout=700ms", "--", "echo", "runs"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 124);
  CHECK(finished.out.empty());
  CHECK(finished.wall >= 700ms);
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
  REQUIRE(error_lines(finished).size() == 1);
  const auto line = error_lines(finished).front();
  CHECK(holds(line, "not there within 700 ms"));
  CHECK(holds(line, "'" + refused + "' (Connection refused)"));
  CHECK(holds(line, "(it answers 503)"));
  CHECK(holds(line, "'" + silent.url() + "' (cannot get an answer from '" + silent.url() +
                        "': it accepts the connection and does not answer)"));
  CHECK(holds(line, "'dns://no-such-name.invalid' (no such name: "));
  CHECK(holds(line, "'file:///no/such/file' (No such file or directory)"));
  CHECK_FALSE(holds(line, there));
}

TEST_CASE("every ten seconds wait says what is missing and why") {
  const auto refused = nobody_listens();
  Child child(wait_command({refused, there, "--timeout=0"}));
  const bool said = eventually(25s, [&] { return holds(child.err(), "still waiting"); });
  INFO(child.err());
  CHECK(said);
  CHECK(holds(child.err(), "still waiting for '" + refused + "' (Connection refused)\""));
  CHECK(child.running());
}

TEST_CASE("SIGTERM or SIGQUIT while it waits ends wait with its code and the command does not run") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  const int signal = GENERATE(SIGTERM, SIGQUIT);
  for (const auto* init : {"--init=false", "--init"}) {
    Child child(wait_command({nobody_listens(), "--timeout=0", init, "--", "echo", "runs"}, place));
    const auto sidekick = sidekick_of(child);
    // Its watches are threads.
    REQUIRE(eventually(20s, [&] {
      return std::filesystem::exists("/proc/" + std::to_string(sidekick) + "/task") &&
             std::distance(std::filesystem::directory_iterator("/proc/" + std::to_string(sidekick) + "/task"), {}) > 2;
    }));
    ::kill(sidekick, signal);
    const auto finished = child.wait(10s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 128 + signal);
    CHECK(finished.out.empty());
  }
}

TEST_CASE("with --init wait stays and does what run does") {
  const auto place = GENERATE(Place::ordinary, Place::first_process);
  CHECK(run(wait_command({there, "--init", "--", misbehave(), "exit", "7"}, place), 20s).exit_code == 7);
  CHECK(run(wait_command({there, "--init", "--", misbehave(), "die", "11"}, place), 20s).exit_code == 139);
  CHECK(run(wait_command({there, "--init", "--", "/no/such"}, place), 20s).exit_code == 127);
  Child child(wait_command({there, "--init", "--", misbehave(), "tell-signals"}, place));
  REQUIRE(eventually(20s, [&] { return child.out() == "ready\n"; }));
  const auto sidekick = sidekick_of(child);
  CHECK(children_of(sidekick).size() == 1);
  ::kill(sidekick, SIGHUP);
  CHECK(eventually(20s, [&] { return holds(child.out(), "SIGHUP\n"); }));
  ::kill(sidekick, SIGTERM);
  CHECK(child.wait(20s).exit_code == 143);
}

TEST_CASE("with --init the first process collects orphans") {
  Child child(wait_command({there, "--init", "--", misbehave(), "orphans", "200", "stay"}, Place::first_process));
  REQUIRE(eventually(30s, [&] { return child.out() == "ready\n"; }));
  const auto sidekick = sidekick_of(child);
  CHECK(eventually(20s, [&] { return children_of(sidekick).size() == 1; }));
}

TEST_CASE("with --init wait needs a command and does not run it out of time") {
  CHECK(wait_for({there, "--init"}).exit_code == 64);
  const auto finished = wait_for({nobody_listens(), "--init", "--timeout=200ms", "--", "echo", "runs"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 124);
  CHECK(finished.out.empty());
}

TEST_CASE("one of several is enough with --any") {
  const auto finished = wait_for({nobody_listens(), there, "--any"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(holds(finished.err, "' is there"));
  CHECK(wait_for({nobody_listens(), there, "--timeout=200ms"}).exit_code == 124);
}

TEST_CASE("with --invert wait ends once a server is gone") {
  const TempDir folder;
  auto server = std::make_unique<TcpServer>([](TcpPeer& peer) { peer.wait_for_end(); });
  const auto url = "tcp://127.0.0.1:" + std::to_string(server->port());
  Child child(wait_command({url, "--invert"}));
  REQUIRE(eventually(20s, [&] { return server->connections() > 1; }));
  CHECK(child.running());
  server.reset();
  const auto finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(holds(finished.err, "is gone"));
  CHECK(holds(wait_for({there, "--invert", "--timeout=200ms"}).err, "not gone within 200 ms"));
}

TEST_CASE("a server that flaps is not stable until it has stayed") {
  std::atomic<int> looks = 0;
  const TcpServer web([&looks](TcpPeer& peer) {
    while (peer.read_request()) {
      const int number = ++looks;
      peer.answer(number % 2 == 1 || number > 6 ? "200 OK" : "503 Service Unavailable", "");
    }
  });
  const auto finished = wait_for({web.url(), "--stable=400ms", "--", "echo", "runs"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(finished.out == "runs\n");
  CHECK(looks >= 8);
  CHECK(finished.wall >= 400ms);
}

TEST_CASE("a time-out of 0 waits for ever") {
  const TempDir folder;
  Child child(wait_command({"file://" + (folder / "late").string() + "?nonempty", "--timeout=0"}));
  REQUIRE(eventually(20s, [&] { return child.running(); }));
  write_file(folder / "late", "");
  CHECK(child.running());
  write_file(folder / "late", "x");
  CHECK(child.wait(20s).exit_code == 0);
}

TEST_CASE("a socket is there once somebody listens at its path") {
  const Redis redis;
  const TempDir folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0777));
  const auto path = (folder / "socket").string();
  Child child(wait_command({"unix://" + path}));
  REQUIRE(eventually(20s, [&] { return child.running(); }));
  const Child server(
      {{"setpriv", "--pdeathsig", "KILL", "redis-server", "--port", "0", "--save", "", "--unixsocket", path}});
  const auto finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(wait_for({"dns://localhost"}).exit_code == 0);
}

TEST_CASE("a URL with a password comes from a file and is nowhere told") {
  const TempDir folder;
  write_file(folder / "url", "redis://:hunter2@127.0.0.1:" + std::to_string(free_port()) + "/\n");
  const auto finished = wait_for(
      {"--url-file=" + (folder / "url").string(), "--timeout=200ms", "--log-level=debug", "--", "echo", "runs"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 124);
  CHECK(holds(finished.err, "'redis://127.0.0.1:"));
  CHECK_FALSE(holds(finished.err, "hunter2"));
  CHECK_FALSE(holds(wait_for({"mongodb://u:hunter2@127.0.0.1:" + std::to_string(free_port()), "--timeout=200ms"}).err,
                    "hunter2"));
}

TEST_CASE("what cannot be waited for is one clear line and the code of its kind") {
  for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                 {"ftp://a"},
                                                                 {"a:80"},
                                                                 {"tcp://a:65536"},
                                                                 {"mongodb://a:99999/"},
                                                                 {there, "--timeout=5"},
                                                                 {there, "--stable=x"},
                                                                 {there, "--no-such-flag"}}) {
    const auto finished = wait_for(words);
    INFO(finished.describe());
    CHECK(finished.exit_code == 64);
    CHECK(error_lines(finished).size() == 1);
    CHECK_FALSE(holds(finished.err, "mongoc: Port"));  // a library's own opinion
  }
  const auto finished = wait_for({"https://127.0.0.1:1/", "--ca-file=/no/such/file"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 66);
}

TEST_CASE("who was told to end while the last words were still unread does not become the command") {
  const TempDir folder;
  const auto path = (folder / "log").string();
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const sidekick::Fd log(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  const std::string page(4096, 'x');
  while (::write(log.get(), page.data(), page.size()) > 0) continue;
  auto command = wait_command({there, "--", "echo", "became it"});
  command.words.insert(command.words.begin(), {"sh", "-c", "exec \"$@\" 2>" + path, "sh"});
  Child child(command);
  const auto sidekick = sidekick_of(child);
  ::usleep(300'000);  // nothing tells that it is at its last words; too early, and this shows nothing
  ::kill(sidekick, SIGTERM);
  ::usleep(100'000);
  std::string rest(std::size_t{1} << 20, ' ');
  (void)!::read(log.get(), rest.data(), rest.size());
  const auto finished = child.wait(20s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 143);
  CHECK(finished.out.empty());
}

TEST_CASE("an empty word behind the dashes is no command") {
  CHECK(wait_for({there, "--", ""}).exit_code == 64);
}

TEST_CASE("a host without a route names what a swarm without IPVS needs, to every job that connects") {
  const std::vector<std::string> no_route{
      "unshare", "--net",          "sh", "-c", "ip link set lo up && ip route add unreachable 192.0.2.1 && exec \"$@\"",
      "sh",      sidekick_binary()};
  if (run({{"unshare", "--net", "true"}}, 10s).exit_code != 0) SKIP("needs a network namespace of its own");
  const std::vector<std::vector<std::string>> jobs{
      {"wait", "tcp://192.0.2.1:27017", "--timeout=100ms"},
      {"restore", "--uri=mongodb://192.0.2.1/", "--retries=0",
       "--archive=" SIDEKICK_SOURCE_DIR "/examples/swarm-seed/shop.archive.gz"},
      {"git-sync", "--repo=http://192.0.2.1/site.git", "--in-place=.", "--one-time", "--retries=0"}};
  for (const auto& job : jobs) {
    const TempDir folder;
    auto words = no_route;
    words.insert(words.end(), job.begin(), job.end());
    const auto finished = run({words, {}, "/dev/null", folder.path()}, 30s);
    INFO(finished.describe());
    CHECK(finished.exit_code != 0);
    CHECK(holds(finished.err, "o route to host; a swarm without IPVS needs 'endpoint_mode: dnsrr'"));
  }
}
