#include "sidekick/url.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;

TEST_CASE("a URL is parsed") {
  const auto url = parse_url("HTTPS://Me%40home:p%2Fw@Example.COM:8443/a%20b/c.git?x=1&y#part");
  CHECK(url.scheme == "https");
  CHECK(url.user == "Me@home");
  CHECK(url.password.reveal() == "p/w");
  CHECK(url.host == "example.com");
  CHECK(url.port == 8443);
  CHECK(url.path == "/a%20b/c.git");
  CHECK(url.query == "x=1&y");
  CHECK(url.target() == "/a%20b/c.git?x=1&y");
  CHECK(url.origin() == "https://example.com:8443");
  CHECK(url.without_login() == "https://example.com:8443/a%20b/c.git?x=1&y");
}

TEST_CASE("a URL without a port has that of its scheme") {
  CHECK(parse_url("http://h").effective_port() == 80);
  CHECK(parse_url("https://h:").effective_port() == 443);
  CHECK(parse_url("ssh://git@h/x").effective_port() == 22);
  CHECK(parse_url("git://h/x").effective_port() == 9418);
  CHECK(parse_url("http://h:80/").authority() == "h");
  CHECK(parse_url("http://h:443/").authority() == "h:443");
}

TEST_CASE("an IPv6 address stands in brackets in a URL and nowhere else") {
  const auto url = parse_url("http://u:p@[FE80::1%25eth0]:81/x");
  CHECK(url.host == "fe80::1%eth0");
  CHECK(url.port == 81);
  CHECK(parse_url("http://[::1]").authority() == "[::1]");
  CHECK(parse_url("http://[::1]").port == 0);
}

TEST_CASE("user information may contain unescaped characters") {
  const auto url = parse_url("http://me:p@ss:w%zz%4@h/");
  CHECK(url.user == "me");
  CHECK(url.password.reveal() == "p@ss:w%zz%4");
  CHECK(url.host == "h");
}

TEST_CASE("a file URL needs no host") {
  const auto url = parse_url("file:///srv/site.git");
  CHECK(url.host.empty());
  CHECK(url.path == "/srv/site.git");
}

TEST_CASE("a request line has only printable ASCII") {
  CHECK(parse_url("http://h").target() == "/");
  CHECK(parse_url("http://h?q").target() == "/?q");
  CHECK(parse_url("http://h/\xc3\xa4 b").target() == "/%C3%A4%20b");
}

TEST_CASE("a URL that cannot be used is refused without its credentials") {
  for (const char* text : {"", "h/x", "http:/h", "://h", "1x://h", "http://", "http:///x", "http://u:secret@",
                           "http://u:secret@h:99999/", "http://u:secret@h:x/", "http://u:secret@[::1/",
                           "http://u:secret@[::1]x/", "http://h/\r\nX: y", "http://u:secret@a b/"}) {
    INFO(text);
    const auto error = error_of([&] { parse_url(text); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
    CHECK_FALSE(mentions(*error, "secret"));
  }
}

TEST_CASE("a redirect is resolved against the URL that returned it") {
  const auto base = parse_url("http://u:p@h:81/a/b?q");
  CHECK(resolve(base, "https://other/x?y").without_login() == "https://other/x?y");
  CHECK(resolve(base, "//other/x").without_login() == "http://other/x");
  CHECK(resolve(base, "/x#part").without_login() == "http://h:81/x");
  CHECK(resolve(base, "c?d=e").without_login() == "http://h:81/a/c?d=e");
  CHECK(resolve(base, "?z").without_login() == "http://h:81/a/b?z");
  CHECK(resolve(base, "/x?to=http://h").without_login() == "http://h:81/x?to=http://h");
  CHECK(resolve(base, "/x").user == "u");
  CHECK(resolve(base, "https://other/").user.empty());
}

TEST_CASE("an origin is a scheme and a host and a port") {
  CHECK(same_origin(parse_url("https://H/a"), parse_url("https://u@h:443/b")));
  CHECK_FALSE(same_origin(parse_url("https://h"), parse_url("http://h:443")));
  CHECK_FALSE(same_origin(parse_url("https://h"), parse_url("https://h:444")));
  CHECK_FALSE(same_origin(parse_url("https://h"), parse_url("https://h.example")));
}
