#include "agent/status/console.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

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
