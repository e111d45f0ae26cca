// A name server that takes queries and answers none: a lookup obeys TERM and the time limits, whatever the resolver
// does.
#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "sidekick/fd.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick;
using namespace sidekick::test;
using namespace std::chrono_literals;

namespace {

class SilentNameServer {
 public:
  SilentNameServer() {
    if (run({{"unshare", "--mount", "true"}}, 10s).exit_code != 0) SKIP("needs a mount namespace of its own");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(53);
    // Each test process has an address of its own, from its pid.
    const auto own = static_cast<std::uint32_t>(::getpid()) & 0xFFFFU;
    address.sin_addr.s_addr = htonl(0x7F350000U | own);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    write_file(folder_ / "resolv.conf", "nameserver " + std::string(text.data()) + "\n");
  }

  // The command, which asks this server for every name.
  Command command(const std::vector<std::string>& words) const {
    Command out{{"unshare", "--mount", "sh", "-c", R"(mount --bind "$0" /etc/resolv.conf && exec "$@")",
                 (folder_ / "resolv.conf").string(), sidekick_binary()}};
    out.words.insert(out.words.end(), words.begin(), words.end());
    out.folder = folder_.path();
    return out;
  }

  bool is_asked(std::chrono::milliseconds deadline) const {
    pollfd one{socket_.get(), POLLIN, 0};
    return ::poll(&one, 1, static_cast<int>(deadline.count())) == 1;
  }

 private:
  Fd socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  TempDir folder_;
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("TERM ends every job at once while a name server does not answer") {
  const auto archive = "--archive=" + test_data("shop.archive.gz").string();
  const std::vector<std::vector<std::string>> jobs{
      {"wait", "dns://shop.example"},
      {"wait", "tcp://shop.example:80"},
      {"restore", "--uri=mongodb://shop.example/", archive},
      {"git-sync", "--repo=http://shop.example/site.git", "--in-place=site"},
      {"git-sync", "--repo=ssh://git@shop.example/site.git", "--in-place=site", "--ssh-known-hosts=false"}};
  for (const auto& job : jobs) {
    const SilentNameServer server;
    Child child(server.command(job));
    REQUIRE(server.is_asked(20s));
    child.signal(SIGTERM);
    const auto finished = child.wait(20s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 143);
    CHECK_FALSE(holds(finished.err, "did not stop"));
  }
}

TEST_CASE("wait keeps its time limit while a name server does not answer") {
  for (const std::string url : {"dns://shop.example", "tcp://shop.example:80"}) {
    const SilentNameServer server;
    const auto finished = run(server.command({"wait", url, "--timeout=1s"}), 20s);
    INFO(finished.describe());
    CHECK(server.is_asked(0ms));
    CHECK(finished.exit_code == 124);
    CHECK(finished.wall < 8s);  // the resolver itself gives up after 10 s
  }
}
