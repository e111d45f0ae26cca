// Servers that never come to the end of greeting a client.
#include "sidekick/ssh_session.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>
#include <utility>
#include <vector>

#include "sidekick/error.hpp"
#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

/// A whole message of the protocol that a client skips (SSH_MSG_IGNORE), before anything is encrypted.
std::string ignored_message() {
  return std::string("\0\0\0\x0c\x06\x02\0\0\0\0", 10) + std::string(6, '\0');
}

std::optional<Error> refusal(const TcpServer& server, std::chrono::milliseconds idle, const CancelToken& cancel = {}) {
  SshSettings settings;
  settings.check_known_hosts = false;
  settings.password = Secret("unused");
  settings.idle_timeout = idle;
  return error_of(
      [&] { SshSession(parse_url("ssh://user@127.0.0.1:" + std::to_string(server.port())), settings, cancel); });
}

}  // namespace

TEST_CASE("an ssh server that greets without end is given up", "[remote]") {
  const std::string banner = "SSH-2.0-test\r\n";
  const std::vector<std::pair<std::string, std::string>> endless{
      {"", "a line of a banner\r\n"}, {"", "no end of a line"}, {banner, ignored_message()}};
  for (const auto& [begin, rest] : endless) {
    CAPTURE(begin, rest);
    for (const auto pause : {0ms, 20ms}) {
      CAPTURE(pause.count());
      TcpServer server([&](TcpPeer& peer) {
        peer.send(begin);
        peer.repeat(rest, pause);
      });
      const auto error = refusal(server, pause == 0ms ? 30'000ms : 500ms);
      REQUIRE(error);
      INFO(error->message());
      CHECK(error->kind() == ErrorKind::unavailable);
    }
  }
}

TEST_CASE("an ssh server that greets without end is let go of when cancelled", "[remote]") {
  std::atomic<bool> greeted = false;
  TcpServer server([&](TcpPeer& peer) {
    peer.send("a line\r\n");
    greeted = true;
    peer.repeat("a line\r\n", 1ms);
  });
  CancelSource source;
  std::chrono::steady_clock::time_point cancelled;
  std::thread canceller([&] {
    eventually(10s, [&] { return greeted.load(); });
    cancelled = std::chrono::steady_clock::now();
    source.cancel();
  });
  const auto error = refusal(server, 60'000ms, source.token());
  canceller.join();
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
  CHECK(std::chrono::steady_clock::now() - cancelled < 2s);
}
