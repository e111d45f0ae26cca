#include "agent/status/console.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "agent/status/console_log.hpp"
#include "agent/status/termination.hpp"
#include "sidekick/fd.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::status;

namespace {

std::string content(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

struct Terminal {
  Terminal() {
    int a = -1, b = -1;
    REQUIRE(::openpty(&a, &b, nullptr, nullptr, nullptr) == 0);
    outside.reset(a);
    inside.reset(b);
  }
  std::string read() const {
    std::array<char, 4096> chunk{};
    const auto n = ::read(outside.get(), chunk.data(), chunk.size());
    return {chunk.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  }
  Fd outside, inside;
};

}  // namespace

TEST_CASE("on a terminal a line is written above the bar, which is drawn again below it") {
  const Terminal terminal;
  Console console(terminal.inside.get());
  CHECK(console.is_terminal());
  console.bar("[==>  ]");
  CHECK(terminal.read() == "\r\033[K[==>  ]");
  console.line("an event");
  CHECK(terminal.read() == "\r\033[Kan event\r\n[==>  ]");
  console.bar("");
  CHECK(terminal.read() == "\r\033[K");
}

TEST_CASE("the log writes one line an event from its level up, and no bar into a file") {
  const test::TemporaryFolder folder;
  const auto path = folder.file("log", "");
  const Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  Console console(file.get());
  ConsoleLog sink(console, LogFormat::text, LogLevel::info);
  JobLog log(sink, "restore", 1);
  console.bar("[==>  ]");
  log.debug("hidden");
  log.info("{} is no placeholder", {{"n", 1}});
  log.error("bad");
  std::istringstream lines(content(path));
  std::string first, second, third;
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK(first.ends_with(R"( level=info msg="{} is no placeholder" job=restore attempt=1 n=1)"));
  CHECK(second.ends_with(" level=error msg=bad job=restore attempt=1"));
  CHECK_FALSE(std::getline(lines, third));
}

TEST_CASE("who does not read the log is waited for until there is a hurry and then no longer than a second") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const Fd out(ends[0]);
  const Fd in(ends[1]);
  CancelSource hurry;
  Console console(in.get(), hurry.token());
  const std::string line(100'000, 'x');
  std::thread writer([&] {
    for (int i = 0; i < 100; i++) console.line(line);
  });
  ::poll(nullptr, 0, 50);  // so that it is stuck; else it is soon
  const auto begin = std::chrono::steady_clock::now();
  hurry.cancel();
  writer.join();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  // Who reads again is told again.
  std::string chunk(std::size_t{1} << 20, ' ');
  REQUIRE(::read(out.get(), chunk.data(), chunk.size()) > 0);
  console.line("and on");
  chunk.resize(static_cast<std::size_t>(::read(out.get(), chunk.data(), chunk.size())));
  CHECK(chunk == "and on\n");
}

TEST_CASE("a log that does not let itself be waited for loses nothing") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  const Fd out(ends[0]);
  Fd in(ends[1]);
  std::thread writer([&] {
    Console console(in.get());
    for (int i = 0; i < 100; i++) console.line(std::string(9'999, 'x'));
    in.reset();
  });
  std::size_t sum = 0;
  std::array<char, 4096> chunk{};
  for (ssize_t got = 1; got != 0;) {
    pollfd event{out.get(), POLLIN, 0};
    ::poll(&event, 1, 10'000);
    got = ::read(out.get(), chunk.data(), chunk.size());
    if (got > 0) sum += static_cast<std::size_t>(got);
  }
  writer.join();
  CHECK(sum == 1'000'000);
}

TEST_CASE("the termination message goes only into a file that is there, cut between characters") {
  const test::TemporaryFolder folder;
  write_termination_message(folder / "absent", "text");
  CHECK(::access((folder / "absent").c_str(), F_OK) != 0);
  const auto path = folder.file("message", "an older and longer message");
  write_termination_message(path, "done");
  CHECK(content(path) == "done");
  std::string euros = "x";
  for (int i = 0; i < 2000; i++) euros += "€";
  write_termination_message(path, euros);
  CHECK(content(path).size() == 4096);
  CHECK(content(path).ends_with("€"));
}
