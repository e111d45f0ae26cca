#include "base/http/proxies.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

bool goes_around(const std::string& url, std::vector<std::string> no_proxy) {
  return !http::proxy_for(parse_url(url), {.http = "p", .https = "p", .no_proxy = std::move(no_proxy)});
}

}  // namespace

TEST_CASE("proxies are read from the environment as curl reads them") {
  const auto lower = proxies_from({{"http_proxy", "http://a"},
                                   {"https_proxy", "http://b"},
                                   {"HTTPS_PROXY", "http://c"},
                                   {"no_proxy", "one, .two,, three "},
                                   {"NO_PROXY", "four"}});
  CHECK(lower.http == "http://a");
  CHECK(lower.https == "http://b");
  CHECK(lower.no_proxy == std::vector<std::string>{"one", ".two", "three"});
  const auto upper = proxies_from({{"HTTP_PROXY", "http://a"}, {"HTTPS_PROXY", "http://c"}, {"NO_PROXY", "*"}});
  CHECK(upper.http.empty());
  CHECK(upper.https == "http://c");
  CHECK(upper.no_proxy == std::vector<std::string>{"*"});
  const auto all = proxies_from({{"https_proxy", ""}, {"ALL_PROXY", "http://d"}});
  CHECK(all.http == "http://d");
  CHECK(all.https == "http://d");
  CHECK(proxies_from({}).http.empty());
}

TEST_CASE("a scheme uses its proxy") {
  const ProxySettings settings{.http = "https://u:p@a:1", .https = "b:2"};
  const auto http = http::proxy_for(parse_url("http://h"), settings);
  REQUIRE(http);
  CHECK(http->origin() == "https://a:1");
  CHECK(http->password.reveal() == "p");
  const auto https = http::proxy_for(parse_url("https://h"), settings);
  REQUIRE(https);
  CHECK(https->origin() == "http://b:2");
  CHECK_FALSE(http::proxy_for(parse_url("http://h"), {}));
}

TEST_CASE("a proxy that speaks neither http nor https is refused") {
  const auto error =
      error_of([] { http::proxy_for(parse_url("http://h"), {.http = "socks5://u:secret@a:1", .https = {}}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK_FALSE(mentions(*error, "secret"));
}

TEST_CASE("excepted hosts need no proxy") {
  CHECK(goes_around("http://a.example", {"*"}));
  CHECK(goes_around("http://a.example", {"x", "A.Example"}));
  CHECK(goes_around("http://b.a.example", {"a.example"}));
  CHECK(goes_around("http://b.a.example", {".a.example"}));
  CHECK(goes_around("http://a.example", {".a.example"}));
  CHECK_FALSE(goes_around("http://ba.example", {"a.example"}));
  CHECK_FALSE(goes_around("http://a.example.org", {"a.example"}));
  CHECK_FALSE(goes_around("http://a.example", {"", "."}));
}

TEST_CASE("a port limits the exceptions from a proxy") {
  CHECK(goes_around("https://a", {"a:443"}));
  CHECK_FALSE(goes_around("https://a:444", {"a:443"}));
  CHECK(goes_around("http://[::1]:81", {"[::1]:81"}));
  CHECK_FALSE(goes_around("http://[::1]:82", {"[::1]:81"}));
}

TEST_CASE("addresses in excepted networks need no proxy") {
  CHECK(goes_around("http://10.1.2.3", {"10.0.0.0/8"}));
  CHECK(goes_around("http://10.1.2.3", {"10.1.2.3"}));
  CHECK(goes_around("http://192.168.5.9", {"192.168.4.0/22"}));
  CHECK_FALSE(goes_around("http://192.168.8.1", {"192.168.4.0/22"}));
  CHECK_FALSE(goes_around("http://10.1.2.3", {"2.3", "10.0.0.0/x", "10.0.0.0/99", "::/0"}));
  CHECK(goes_around("http://[fd00::5]", {"fd00::/8"}));
  CHECK(goes_around("http://[fd00::5]", {"[fd00::5]"}));
  CHECK(goes_around("http://[fd00::5]", {"fd00:0::5"}));
}
