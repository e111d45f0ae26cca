#include "git_sync/remote/url_rules.hpp"

#include <catch2/catch_test_macros.hpp>

#include "git_sync/submodules.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

using Name = HttpRule::Name;

std::string headers(const std::vector<HttpRule>& rules, const std::string& url) {
  std::string out;
  for (const auto& rule : rules_for(rules, Name::extra_header, parse_url(url))) out += rule.value + " ";
  return out;
}

HttpRule header(const std::string& url, const std::string& value) {
  return {Name::extra_header, url, value};
}

}  // namespace

TEST_CASE("the longest prefix that a rewrite names is replaced", "[remote]") {
  const std::vector<UrlRewrite> rewrites{
      {"https://forge/", "https://mirror/"}, {"https://forge/acme/", "file:///srv/acme/"}, {"gh:", "https://hub/"}};
  CHECK(rewritten_url(rewrites, "https://forge/x.git") == "https://mirror/x.git");
  CHECK(rewritten_url(rewrites, "https://forge/acme/x.git") == "file:///srv/acme/x.git");
  CHECK(rewritten_url(rewrites, "gh:acme/x") == "https://hub/acme/x");
  CHECK(rewritten_url(rewrites, "https://else/x.git") == "https://else/x.git");
}

TEST_CASE("rules of http fit by scheme, host, port, path and user as in git", "[remote]") {
  CHECK(headers({header("https://h", "a")}, "https://h/x.git") == "a ");
  CHECK(headers({header("https://H:443/", "a")}, "https://h/x.git") == "a ");
  CHECK(headers({header("http://h", "a")}, "https://h/x.git").empty());
  CHECK(headers({header("https://h:8443", "a")}, "https://h/x.git").empty());
  CHECK(headers({header("https://h/acme", "a")}, "https://h/acme/x.git") == "a ");
  CHECK(headers({header("https://h/acme/", "a")}, "https://h/acme") == "a ");
  CHECK(headers({header("https://h/acm", "a")}, "https://h/acme/x.git").empty());
  CHECK(headers({header("https://*.example.com", "a")}, "https://git.example.com/x") == "a ");
  CHECK(headers({header("https://*.example.com", "a")}, "https://a.git.example.com/x").empty());
  CHECK(headers({header("https://*.example.com", "a")}, "https://example.com/x").empty());
  CHECK(headers({header("https://me@h", "a")}, "https://me@h/x") == "a ");
  CHECK(headers({header("https://me@h", "a")}, "https://h/x").empty());
}

TEST_CASE("a rule that fits less exactly than one before it does not count", "[remote]") {
  CHECK(headers({header("https://h", "a"), header("https://h/acme", "b")}, "https://h/acme/x") == "a b ");
  CHECK(headers({header("https://h/acme", "b"), header("https://h", "a")}, "https://h/acme/x") == "b ");
}

TEST_CASE("the settings for a URL have the rewritten URL and what its rules say", "[remote]") {
  RemoteSettings settings{.url = "https://forge/x.git"};
  settings.rewrites = {{"https://forge/", "https://mirror/"}};
  settings.http_rules = {{Name::ca_file, "https://mirror", "/ca"},
                         {Name::verify, "https://forge", "false"},
                         {Name::proxy, "https://mirror/x.git", "http://p:1"}};
  const auto out = settings_for_url(settings);
  CHECK(out.url == "https://mirror/x.git");
  CHECK(out.http.tls.ca_file == "/ca");
  CHECK(out.http.tls.verify);
  CHECK(out.http.proxies.https == "http://p:1");
}

TEST_CASE("a transport that is forbidden is refused and one for users is not for submodules", "[remote]") {
  RemoteSettings settings{.url = "https://h/x.git"};
  settings.transports = {{"", TransportRule::never}, {"https", TransportRule::user}};
  CHECK(settings_for_url(settings).url == "https://h/x.git");
  settings.home_url = "https://h/main.git";
  const auto submodule = error_of([&] { settings_for_url(settings); });
  REQUIRE(submodule);
  CHECK(submodule->kind() == ErrorKind::denied);
  settings.home_url.clear();
  settings.url = "/srv/x.git";
  const auto local = error_of([&] { settings_for_url(settings); });
  REQUIRE(local);
  CHECK(mentions(*local, "forbids the transport 'file'"));
}

TEST_CASE("what is meant for the repository goes to a submodule at the rewritten URL of the same host", "[remote]") {
  RemoteSettings main{.url = "https://forge/x.git"};
  main.extra_headers = {{"X", "1"}};
  main.rewrites = {{"https://forge/", "https://mirror/"}};
  CHECK(remote_of_submodule(main, main.url, "https://forge/y.git").extra_headers.size() == 1);
  CHECK(remote_of_submodule(main, main.url, "https://mirror/y.git").extra_headers.size() == 1);
  CHECK(remote_of_submodule(main, main.url, "https://other/y.git").extra_headers.empty());
}

TEST_CASE("a local submodule of a remote repository is followed only where the settings permit it", "[remote]") {
  RemoteSettings main{.url = "https://forge/x.git"};
  CHECK(error_of([&] { remote_of_submodule(main, main.url, "/srv/y.git"); }));
  main.transports = {{"file", TransportRule::always}};
  CHECK(remote_of_submodule(main, main.url, "/srv/y.git").url == "/srv/y.git");
}
