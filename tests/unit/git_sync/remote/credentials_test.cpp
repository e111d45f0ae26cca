#include "git_sync/remote/credentials.hpp"

#include <catch2/catch_test_macros.hpp>

#include "git_sync/remote/askpass.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

class Silent final : public Log, public MetricSink {
 public:
  void write(LogLevel, std::string_view, LogFields) noexcept override {}
  void record(const Metric&, double, MetricLabels) noexcept override {}
};

/// "user:password" for `url`, or "none".
std::string login(const RemoteSettings& settings, const std::string& url) {
  Silent silent;
  Authenticator authenticator(settings, silent, silent);
  const auto found = authenticator.login_for(url, CancelToken());
  return found ? found->user + ":" + found->password.reveal() : "none";
}

std::string login(const RemoteSettings& settings) {
  return login(settings, settings.url);
}

Credential credential(const std::string& url, const std::string& user, const std::string& password) {
  return {.url = url, .username = user, .password = Secret(password), .password_file = {}};
}

std::string headers(const RemoteSettings& settings, const std::string& url) {
  Silent silent;
  std::string out;
  for (const auto& header : Authenticator(settings, silent, silent).headers_for(url, CancelToken()))
    out += header.name + ": " + header.value + "\n";
  return out;
}

}  // namespace

TEST_CASE("a credential is for its scheme and host and port") {
  RemoteSettings settings{.url = "https://h/a.git", .credentials = {credential("https://H/other", "u", "p")}};
  CHECK(login(settings) == "u:p");
  CHECK(login(settings, "https://h:443/b.git") == "u:p");
  CHECK(login(settings, "http://h/a.git") == "none");
  CHECK(login(settings, "https://h:444/a.git") == "none");
  CHECK(login(settings, "https://www.h/a.git") == "none");
}

TEST_CASE("the last credential that fits is taken") {
  RemoteSettings settings{.url = "https://h/a.git",
                          .credentials = {credential("https://h", "one", "1"), credential("https://h", "two", "2"),
                                          credential("https://other", "three", "3")}};
  CHECK(login(settings) == "two:2");
  CHECK(login(settings, "https://one@h/a.git") == "one:1");
  CHECK(login(settings, "https://nobody@h/a.git") == "nobody:");
  CHECK(login(settings, "https://other/b.git") == "three:3");
}

TEST_CASE("a credential without a URL is for the remote itself") {
  const RemoteSettings settings{.url = "https://me@h/a.git", .credentials = {credential("", "", "p")}};
  CHECK(login(settings) == "me:p");
  CHECK(login(settings, "https://other/a.git") == "none");
}

TEST_CASE("a credential counts before the login in the URL") {
  RemoteSettings settings{.url = "https://me:url@h/a.git"};
  CHECK(login(settings) == "me:url");
  settings.credentials = {credential("https://h", "me", "told")};
  CHECK(login(settings) == "me:told");
}

TEST_CASE("a password file is read again each time and up to its first newline") {
  const TempDir folder;
  const auto path = (folder / "password").string();
  write_file(path, "first\nsecond\n");
  const RemoteSettings settings{
      .url = "https://h/a.git",
      .credentials = {{.url = "https://h", .username = "u", .password = {}, .password_file = path}}};
  Silent silent;
  Authenticator authenticator(settings, silent, silent);
  CHECK(authenticator.login_for(settings.url, CancelToken())->password.reveal() == "first");
  write_file(path, "changed");
  CHECK(authenticator.login_for(settings.url, CancelToken())->password.reveal() == "changed");
  std::filesystem::remove(path);
  const auto error = error_of([&] { authenticator.login_for(settings.url, CancelToken()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::no_input);
}

TEST_CASE("headers tell the login and the cookies and what was added to the remote itself") {
  const TempDir folder;
  write_file(folder / "cookies", "h\tFALSE\t/\tFALSE\t0\tn\tv\n");
  const RemoteSettings settings{
      .url = "https://me:pw@h/a.git", .cookie_file = (folder / "cookies").string(), .extra_headers = {{"X-A", "b"}}};
  CHECK(headers(settings, settings.url) == "X-A: b\nAuthorization: Basic bWU6cHc=\nCookie: n=v\n");
  CHECK(headers(settings, "https://other/x").empty());
}

TEST_CASE("what is meant for the remote itself does not go to a submodule on another host") {
  const RemoteSettings settings{.url = "https://evil/x.git",
                                .credentials = {credential("", "me", "pw")},
                                .askpass_url = "http://127.0.0.1:1/",
                                .extra_headers = {{"X-A", "b"}},
                                .home_url = "https://h/a.git"};
  CHECK(login(settings) == "none");
  CHECK(headers(settings, settings.url).empty());
  CHECK(headers(settings, "https://h/b.git") == "X-A: b\nAuthorization: Basic bWU6cHc=\n");
}

TEST_CASE("nothing that was kept is refused where nothing is kept") {
  Silent silent;
  CHECK_FALSE(Authenticator({.url = "git@h:a.git"}, silent, silent).refused());
}

TEST_CASE("the login of an askpass URL stands in two lines") {
  const auto login = parse_login("username=me=x\r\nother=1\r\npassword= p=w \r\n");
  CHECK(login.user == "me=x");
  CHECK(login.password.reveal() == " p=w ");
  for (const char* text : {"", "username=me", "password=secret", "Username=me\npassword=secret"}) {
    const auto error = error_of([&] { parse_login(text); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK_FALSE(mentions(*error, "secret"));
  }
}

TEST_CASE("the user of a login without a password of its own is a secret", "[remote]") {
  for (const auto* password : {"", "x-oauth-basic", "x"}) CHECK(is_user_secret({"token", Secret(password)}));
  CHECK_FALSE(is_user_secret({"me", Secret("password")}));
}
