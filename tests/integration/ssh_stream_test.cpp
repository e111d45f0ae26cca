// The stream below git over ssh, against a program that answers each byte with a byte.
#include <catch2/catch_test_macros.hpp>

#include <array>
#include <span>

#include "git_sync/remote/ssh_source.hpp"
#include "tests/support/ssh_server.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

SshSource source_of(const SshServer& server) {
  SshSettings settings;
  settings.key_files = {server.client_key().string()};
  settings.known_hosts_file = server.known_hosts().string();
  settings.idle_timeout = std::chrono::seconds(10);
  return {parse_url(server.url("/")), "/", settings};
}

}  // namespace

TEST_CASE("no answer of an ssh server is slept through", "[remote]") {
  // The second half comes at every distance from the first, so that it also meets the moment before we wait.
  const TempDir folder;
  write_file(folder / "answer.py", R"(
import os, time
for at in range(20_000):
    if not os.read(0, 1): break
    os.write(1, b"a")
    until = time.perf_counter_ns() + at % 200 * 1_000
    while time.perf_counter_ns() < until: pass
    os.write(1, b"b")
)");
  const SshServer server({.forced_command = "python3 " + (folder / "answer.py").string()});
  auto source = source_of(server);
  const auto stream = source.open(CancelToken());
  std::array<std::byte, 2> answer{};
  for (int round = 0; round < 20'000; round++) {
    CAPTURE(round);
    REQUIRE(stream->write("x", CancelToken()) == ByteStream::Written::all);
    for (std::size_t got = 0; got < 2;) got += stream->read(std::span(answer).first(2 - got), CancelToken());
  }
}

TEST_CASE("what a program of an ssh server complains of is there when its answer has ended", "[remote]") {
  const SshServer server({.forced_command = "echo answer; sleep 0.1; echo complaint >&2"});
  auto source = source_of(server);
  for (int round = 0; round < 5; round++) {
    const auto stream = source.open(CancelToken());
    std::string answer;
    std::array<std::byte, 16> some{};
    while (const auto n = stream->read(some, CancelToken()))
      answer.append(reinterpret_cast<const char*>(some.data()), n);
    CHECK(answer == "answer\n");
    CHECK(stream->complaint() == "complaint\n");
  }
}
