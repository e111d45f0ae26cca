#include "git_sync/remote/address.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;
using Kind = RemoteAddress::Kind;

TEST_CASE("a remote is told by its URL as git does", "[remote]") {
  CHECK(parse_address("https://example.com/a.git").kind == Kind::http);
  CHECK(parse_address("git://example.com/a.git").kind == Kind::git);
  CHECK(parse_address("file:///srv/a%20b.git").path == "/srv/a b.git");
  CHECK(parse_address("/srv/a.git").kind == Kind::local);
  CHECK(parse_address("../a:b/c").kind == Kind::local);
  CHECK(parse_address("./host:path").kind == Kind::local);

  const auto ssh = parse_address("ssh://me@example.com:2222/srv/a.git");
  CHECK(ssh.kind == Kind::ssh);
  CHECK(ssh.url.user == "me");
  CHECK(ssh.url.effective_port() == 2222);
  CHECK(ssh.path == "/srv/a.git");
  CHECK(parse_address("git+ssh://example.com/~me/a.git").path == "~me/a.git");
}

TEST_CASE("a remote may be named by user and host and path", "[remote]") {
  const auto scp = parse_address("git@example.com:team/a.git");
  CHECK(scp.kind == Kind::ssh);
  CHECK(scp.url.user == "git");
  CHECK(scp.url.host == "example.com");
  CHECK(scp.url.effective_port() == 22);
  CHECK(scp.path == "team/a.git");
  CHECK(parse_address("example.com:/srv/a.git").path == "/srv/a.git");
  CHECK(parse_address("[::1]:a.git").url.host == "::1");
  CHECK(parse_address("me@[example.com:2222]:a.git").url.effective_port() == 2222);
}

TEST_CASE("a remote that cannot be followed is a mistake in the settings", "[remote]") {
  for (const char* url : {"", "ftp://example.com/a", "https://example.com", "file://other/srv/a",
                          "git@example.com:", "-oProxyCommand=x:a", "ext::sh -c x://"}) {
    CAPTURE(url);
    const auto error = error_of([&] { parse_address(url); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
  }
  CHECK_FALSE(mentions(*error_of([] { parse_address("ftp://me:s3cret@example.com/a"); }), "s3cret"));
}

TEST_CASE("an address that would say more than a path to its server is refused") {
  for (const std::string url : {"git://127.0.0.1:6379/x%0aFLUSHALL%0a", "git://h/x%00host=other", "ssh://h/x%00y",
                                "git@h:x\ny", "file:///x%00y"}) {
    INFO(url);
    const auto error = error_of([&] { parse_address(url); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
    CHECK(error->message().find('\n') == std::string::npos);
  }
  CHECK_THROWS_AS(parse_address("git://h/" + std::string(70'000, 'x')), Error);
}

TEST_CASE("an address may have blanks and what is not ASCII in its path") {
  CHECK(parse_address("git://h/a%20b").path == "/a b");
  CHECK(parse_address("ssh://h/\xC3\xA4").path == "/\xC3\xA4");
}

TEST_CASE("a URL with a part after a hash mark is refused", "[remote]") {
  for (const auto* url : {"https://example.com/a.git#dev", "ssh://git@example.com/a.git#dev", "file:///srv/a.git#dev",
                          "git://example.com/a.git#", "https://me:secret@example.com/a.git#dev"}) {
    INFO(url);
    const auto error = error_of([&] { parse_address(url); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
    CHECK(mentions(*error, "--ref"));
    CHECK_FALSE(mentions(*error, "secret"));
  }
  const auto in_password = error_of([] { parse_address("https://me:sec#ret@example.com/a.git"); });
  REQUIRE(in_password);
  CHECK(mentions(*in_password, "%23"));
  CHECK_FALSE(mentions(*in_password, "sec"));
  CHECK(parse_address("file:///srv/c%23.git").path == "/srv/c#.git");
  CHECK(parse_address("/srv/c#.git").path == "/srv/c#.git");
}
