#include "git_sync/remote/cookies.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::git_sync;

namespace {

constexpr std::int64_t now = 1'000'000;

std::string cookies(const std::string& url, const std::string& text) {
  return cookies_for(parse_url(url), text, now);
}

}  // namespace

TEST_CASE("a cookie is sent to its host and with its flag to those below") {
  const std::string own = "# Netscape HTTP Cookie File\n\nexample.com\tFALSE\t/\tFALSE\t0\ta\tb\n";
  CHECK(cookies("http://example.com", own) == "a=b");
  CHECK(cookies("http://www.example.com/", own).empty());
  CHECK(cookies("http://badexample.com/", own).empty());
  const std::string below = ".Example.com\tTRUE\t/\tFALSE\t0\ta\tb\r\n";
  CHECK(cookies("http://example.com/x", below) == "a=b");
  CHECK(cookies("http://www.example.com/x", below) == "a=b");
  CHECK(cookies("http://badexample.com/x", below).empty());
}

TEST_CASE("a cookie is sent below its path only") {
  const std::string text = "h\tFALSE\t/a\tFALSE\t0\tn\tv";
  CHECK(cookies("http://h/a", text) == "n=v");
  CHECK(cookies("http://h/a/b", text) == "n=v");
  CHECK(cookies("http://h/ab", text).empty());
  CHECK(cookies("http://h/", text).empty());
}

TEST_CASE("a secure cookie needs https and an old one is dropped") {
  const std::string secure = "#HttpOnly_h\tFALSE\t/\tTRUE\t0\tn\tv\n";
  CHECK(cookies("https://h/", secure) == "n=v");
  CHECK(cookies("http://h/", secure).empty());
  CHECK(cookies("http://h/", "h\tFALSE\t/\tFALSE\t1000000\tn\tv\n").empty());
  CHECK(cookies("http://h/", "h\tFALSE\t/\tFALSE\t1000001\tn\tv\n") == "n=v");
}

TEST_CASE("cookies of longer paths come first and values may be odd") {
  const std::string text =
      "h\tFALSE\t/\tFALSE\t0\ta\tx\ty=z\n"
      "h\tFALSE\t/\tFALSE\t0\tempty\t\n"
      "h\tFALSE\t/\tFALSE\t0\tmissing\n"
      "h\tFALSE\t/repo\tFALSE\t0\tb\t2\n";
  CHECK(cookies("http://h/repo", text) == "b=2; a=x\ty=z; empty=; missing=");
}

TEST_CASE("lines that are no cookie are passed over") {
  CHECK(
      cookies("http://h/", "h\nh\tFALSE\t/\tFALSE\tnever\tn\tv\n\t\t\t\t\t\t\n#h\tFALSE\t/\tFALSE\t0\tn\tv\n").empty());
}
