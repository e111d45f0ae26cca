#include <catch2/catch_test_macros.hpp>

#include <filesystem>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"
#include "wait/probe.hpp"

using namespace sidekick;
using namespace sidekick::wait;
using test::TempDir;
using test::write_file;

namespace {

/// Which is to be of kind usage.
Error refusal(const std::string& url) {
  CAPTURE(url);
  const auto error = test::error_of([&] { make_probe(Secret(url), {}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  return *error;
}

/// Why it is not there yet; empty where it is.
std::string look(const std::string& url) {
  return make_probe(Secret(url), {})->look(CancelToken()).value_or("");
}

}  // namespace

TEST_CASE("every scheme that is known has a probe") {
  for (const auto* url : {"tcp://db:1", "tcp://[::1]:80", "unix:///run/x", "http://a/", "https://a", "HTTP://a",
                          "mongodb://a,b:2/?x=1", "postgres://a", "postgresql://u:p@a/b", "mysql://a", "mariadb://a",
                          "redis://a", "amqp://a", "file:///x", "dns://a"}) {
    CAPTURE(url);
    CHECK(make_probe(Secret(url), {}));
  }
}

TEST_CASE("an unknown scheme is refused with the known ones") {
  const auto error = refusal("ftp://a/");
  CHECK(error.message() == "cannot wait: unknown scheme 'ftp'");
  for (const auto* known :
       {"tcp", "unix", "http", "https", "mongodb", "postgres", "mysql", "redis", "amqp", "file", "dns"})
    CHECK(test::mentions(error, known));
  CHECK(test::mentions(refusal("db:5432"), "no scheme"));
  CHECK(test::mentions(refusal(""), "no scheme"));
  CHECK(test::mentions(refusal("rediss://a"), "unknown scheme 'rediss'"));
}

TEST_CASE("a URL that lacks what it needs or has too much is refused before anything is touched") {
  CHECK(test::mentions(refusal("tcp://db"), "it has no port"));
  CHECK(test::mentions(refusal("tcp://db:0"), "port"));
  CHECK(test::mentions(refusal("tcp://db:65536"), "port"));
  CHECK(test::mentions(refusal("tcp://db:99x"), "port"));
  CHECK(test::mentions(refusal("mongodb://db:99999/"), "db:99999"));
  refusal("tcp://:80");
  refusal("http://");
  refusal("mongodb://");
  refusal("redis://");
  CHECK(test::mentions(refusal("unix://relative"), "not an absolute path"));
  CHECK(test::mentions(refusal("file://relative/x"), "three slashes"));
  CHECK(test::mentions(refusal("file:///x?newer"), "unknown condition 'newer'"));
  CHECK(test::mentions(refusal("dns://a:53"), "only a name"));
  CHECK(test::mentions(refusal("mongodb://a/?expect=king"), "primary, secondary or any"));
  CHECK(test::mentions(refusal("mongodb://a/?label=v2"), "without seed=NAME"));
  CHECK(test::mentions(refusal("mongodb://a/?seed=shop&expect=any"), "the primary is asked"));
}

TEST_CASE("no refusal tells a password") {
  for (const auto* url :
       {"ftp://u:hunter2@a", "tcp://u:hunter2@a", "dns://u:hunter2@a:1", "mongodb://u:hunter2@a:99999/",
        "mongodb://u:hunter2@a/?expect=king", "postgres://u:hunter2@a:99999"})
    CHECK_FALSE(test::mentions(refusal(url), "hunter2"));
}

TEST_CASE("a file is there when it meets all its conditions") {
  const TempDir folder;
  const auto path = (folder / "a file").string();
  const auto url = "file://" + folder.path().string() + "/a%20file";
  CHECK(look(url) == "No such file or directory");
  write_file(path, "");
  CHECK(look(url).empty());
  CHECK(look(url + "?nonempty") == "it is empty");
  write_file(path, "x");
  CHECK(look(url + "?nonempty").empty());
  const auto other = (folder / "other").string();
  CHECK(look(url + "?newer-than=" + other).find("No such file") != std::string::npos);
  write_file(other, "x");
  const auto now = std::filesystem::last_write_time(path);
  std::filesystem::last_write_time(other, now);
  CHECK(look(url + "?newer-than=" + other).find("not newer") != std::string::npos);
  std::filesystem::last_write_time(other, now - std::chrono::nanoseconds(1));
  CHECK(look(url + "?nonempty&newer-than=" + other).empty());
}

TEST_CASE("a folder is not empty when it has an entry") {
  const TempDir folder;
  const auto url = "file://" + folder.path().string() + "?nonempty";
  CHECK(look(url) == "it is empty");
  write_file(folder / "x", "");
  CHECK(look(url).empty());
}

TEST_CASE("a name is there when it has an address") {
  CHECK(look("dns://localhost").empty());
  CHECK(look("dns://no-such-name.invalid").starts_with("no such name: "));
}
