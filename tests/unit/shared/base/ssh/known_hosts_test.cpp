#include "base/ssh/known_hosts.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

HostKeyVerdict judge(std::string_view file, const std::string& host, std::uint16_t port, std::string_view key = "AAAA",
                     std::string_view type = "ssh-ed25519") {
  return judge_host_key(known_keys(file, host, port), type, key);
}

}  // namespace

TEST_CASE("a host is known by its name or a pattern and on its port", "[remote]") {
  CHECK(judge("example.com ssh-ed25519 AAAA\n", "example.com", 22) == HostKeyVerdict::known);
  CHECK(judge("example.com ssh-ed25519 AAAA\n", "EXAMPLE.com", 22) == HostKeyVerdict::known);
  CHECK(judge("a.example,example.com ssh-ed25519 AAAA comment\r\n", "example.com", 22) == HostKeyVerdict::known);
  CHECK(judge("*.example.com ssh-ed25519 AAAA", "git.example.com", 22) == HostKeyVerdict::known);
  CHECK(judge("*.example.com,!bad.example.com ssh-ed25519 AAAA", "bad.example.com", 22) == HostKeyVerdict::unknown);
  CHECK(judge("10.0.0.? ssh-ed25519 AAAA", "10.0.0.7", 22) == HostKeyVerdict::known);
  CHECK(judge("[example.com]:2222 ssh-ed25519 AAAA", "example.com", 2222) == HostKeyVerdict::known);
  CHECK(judge("[example.com]:2222 ssh-ed25519 AAAA", "example.com", 22) == HostKeyVerdict::unknown);
  CHECK(judge("# example.com ssh-ed25519 AAAA\n\n  \nexample.com\n", "example.com", 22) == HostKeyVerdict::unknown);
}

TEST_CASE("another key of the same type is a change, one of another type is not", "[remote]") {
  CHECK(judge("h ssh-ed25519 BBBB\n", "h", 22) == HostKeyVerdict::changed);
  CHECK(judge("h ssh-rsa BBBB\n", "h", 22) == HostKeyVerdict::unknown);
  CHECK(judge("h ssh-ed25519 BBBB\nh ssh-ed25519 AAAA\n", "h", 22) == HostKeyVerdict::known);
}

TEST_CASE("a key without a port confirms any port and contradicts none", "[remote]") {
  CHECK(judge("h ssh-ed25519 AAAA\n", "h", 2222) == HostKeyVerdict::known);
  CHECK(judge("h ssh-ed25519 BBBB\n", "h", 2222) == HostKeyVerdict::unknown);
}

TEST_CASE("a revoked key is refused even if another line allows it", "[remote]") {
  CHECK(judge("h ssh-ed25519 AAAA\n@revoked * ssh-ed25519 AAAA\n", "h", 22) == HostKeyVerdict::revoked);
  CHECK(judge("@cert-authority * ssh-ed25519 AAAA\n", "h", 22) == HostKeyVerdict::unknown);
}

TEST_CASE("a hashed file is read as ssh-keygen writes it", "[remote]") {
  const TempDir folder;
  write_file(folder / "known_hosts",
             "example.com ssh-ed25519 "
             "AAAAC3NzaC1lZDI1NTE5AAAAIDs4cTDUlBMhPd6tXX1x7lR7HHUsUgGoLQGVZHJRbhMd\n"
             "[example.com]:2222 ssh-ed25519 "
             "AAAAC3NzaC1lZDI1NTE5AAAAIDs4cTDUlBMhPd6tXX1x7lR7HHUsUgGoLQGVZHJRbhMd\n");
  const auto hashed = run({{"ssh-keygen", "-H", "-f", (folder / "known_hosts").string()}}, 60s);
  if (hashed.exit_code != 0) SKIP("no ssh-keygen here: " << hashed.describe());
  const auto file = read_file(folder / "known_hosts");
  REQUIRE(file.find("example.com") == std::string::npos);
  CHECK(known_keys(file, "example.com", 22).size() == 1);
  CHECK(known_keys(file, "example.com", 2222).size() == 2);
  CHECK(known_keys(file, "example.org", 22).empty());
  CHECK(known_keys("|1|broken ssh-ed25519 AAAA\n|1|a|b ssh-rsa\n|1|| x y\n", "example.com", 22).empty());
}
