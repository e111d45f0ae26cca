#include "git_sync/remote/login_files.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::git_sync;

namespace {

std::string told(const std::optional<UserPassword>& login) {
  return login ? login->user + ":" + login->password.reveal() : "none";
}

std::string netrc(const std::string& text, const std::string& url, NetrcDefault which = NetrcDefault::counts) {
  return told(login_in_netrc(text, parse_url(url), which));
}

std::string stored(const std::string& text, const std::string& url) {
  return told(login_in_git_credentials(text, parse_url(url)));
}

}  // namespace

TEST_CASE("a netrc has logins by host, over several lines or in one", "[remote]") {
  const std::string text =
      "# machine h login no password no\n"
      "machine other login o password p\n"
      "machine h\n\tlogin me\n\tpassword #secret\n"
      "machine h login you account a password \"with \\\"blanks\\\"\"\n";
  CHECK(netrc(text, "https://h/r.git") == "me:#secret");
  CHECK(netrc(text, "https://you@h/r.git") == "you:with \"blanks\"");
  CHECK(netrc(text, "https://else@h/r.git") == "none");
  CHECK(netrc(text, "https://OTHER:8443/r.git") == "o:p");
  CHECK(netrc(text, "https://www.h/r.git") == "none");
}

TEST_CASE("the default of a netrc counts only where it may, and macros and halves are passed over", "[remote]") {
  const std::string text =
      "macdef init\nmachine h login no password no\n\nmachine bare login me\ndefault login d password e\n";
  CHECK(netrc(text, "https://h/") == "d:e");
  CHECK(netrc(text, "https://bare/") == "d:e");
  CHECK(netrc(text, "https://h/", NetrcDefault::ignored) == "none");
  CHECK(netrc("", "https://h/") == "none");
  CHECK(netrc("machine h password", "https://h/") == ":");
  CHECK(netrc("machine h password \"open", "https://h/") == ":open");
  CHECK(netrc("macdef init\nmachine h password p", "https://h/") == "none");
}

TEST_CASE("stored credentials are for their scheme, host, port and user", "[remote]") {
  const std::string text =
      "# a comment\nnonsense\nhttps://only-user@h\nhttps://me:p%40ss@h\r\nhttps://you:q@h:8443/path\nhttp://me:r@h\n";
  CHECK(stored(text, "https://h/r.git") == "me:p@ss");
  CHECK(stored(text, "https://h:8443/r.git") == "you:q");
  CHECK(stored(text, "http://h/r.git") == "me:r");
  CHECK(stored(text, "https://you@h/r.git") == "none");
  CHECK(stored(text, "https://other/r.git") == "none");
}
