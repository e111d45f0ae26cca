#include <catch2/catch_test_macros.hpp>

#include "agent/cli/wait/settings.hpp"
#include "agent/status/console_log.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::cli;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

struct Told {
  wait::Settings job;
  std::vector<std::string> warnings;
  Words urls() const {
    Words out;
    for (const auto& url : job.urls) out.push_back(url.reveal());
    return out;
  }
};

Told told(const Words& words, const config::Environment& environment = {}) {
  test::Recorder recorder;
  status::JobLog log(recorder, "wait", 0);
  Told out{wait_settings(config::resolve(wait_schema(), words, environment), environment, log), {}};
  for (const auto& line : recorder.lines(LogLevel::warning)) out.warnings.push_back(line);
  return out;
}

void check_refused(const Words& words, ErrorKind kind, const std::string& text) {
  CAPTURE(words);
  const auto error = test::error_of([&] { told(words); });
  REQUIRE(error);
  CHECK(error->kind() == kind);
  CHECK(test::mentions(*error, text));
}

}  // namespace

TEST_CASE("waiting is for a minute and for all unless told otherwise") {
  const auto usual = told({"tcp://a:1"}).job;
  CHECK(usual.timeout == 60s);
  CHECK(usual.need == wait::Settings::Need::all);
  CHECK(usual.until == wait::Settings::Until::there);
  CHECK(usual.stable == 0s);
  CHECK(usual.http.tls.verify);
  const auto other = told({"tcp://a:1", "--timeout=0", "--any", "--invert", "--stable=2s", "--look-timeout=1s"}).job;
  CHECK_FALSE(other.timeout);
  CHECK(other.need == wait::Settings::Need::any);
  CHECK(other.until == wait::Settings::Until::gone);
  CHECK(other.stable == 2s);
  CHECK(other.look_timeout == 1s);
}

TEST_CASE("URLs come from arguments and flags and files") {
  const test::TemporaryFolder folder;
  const auto file = folder.file("url", "redis://:secret@cache\nmongodb://u:p@a,b/\n");
  CHECK(told({"tcp://a:1", "dns://b", "--url=file:///c"}).urls() == Words{"tcp://a:1", "dns://b", "file:///c"});
  CHECK(told({"tcp://a:1", "--url-file=" + file}).urls() ==
        Words{"tcp://a:1", "redis://:secret@cache", "mongodb://u:p@a,b/"});
}

TEST_CASE("a variable holds several URLs and the commas between hosts are left alone") {
  CHECK(told({}, {{"SIDEKICK_URL", "mongodb://a:1,b:2,c:3/?replicaSet=rs,tcp://x:1, dns://y"}}).urls() ==
        Words{"mongodb://a:1,b:2,c:3/?replicaSet=rs", "tcp://x:1", "dns://y"});
  CHECK(split_urls(" \n tcp://a:1\n\n,tcp://b:2,") == Words{"tcp://a:1", "tcp://b:2"});
  CHECK(split_urls("").empty());
}

TEST_CASE("wrong settings of waiting are refused in one line") {
  check_refused({}, ErrorKind::usage, "nothing to wait for");
  check_refused({"tcp://a:1", "--timeout=5"}, ErrorKind::usage, "unit");
  check_refused({"tcp://a:1", "--look-timeout=0"}, ErrorKind::usage, "look-timeout");
  check_refused({"tcp://a:1", "--expect-status=99"}, ErrorKind::usage, "99");
  check_refused({"tcp://a:1", "--expect-status=2xx"}, ErrorKind::usage, "2xx");
  check_refused({"tcp://a:1", "--header=nonsense"}, ErrorKind::usage, "Name: value");
  check_refused({"tcp://a:1", "--stabel=2s"}, ErrorKind::usage, "--stable");
}

TEST_CASE("what http is asked for is told as it stands") {
  const auto job = told({"http://a/", "--expect-status=200", "--expect-status=418", "--expect-body=all, is well",
                         "--header=X-Token:  a, b", "--ca-file=/ca.pem"})
                       .job;
  CHECK(job.expect_status == std::vector<int>{200, 418});
  CHECK(job.expect_body == "all, is well");
  REQUIRE(job.headers.size() == 1);
  CHECK(job.headers[0].name == "X-Token");
  CHECK(job.headers[0].value == "a, b");
  CHECK(job.http.tls.ca_file == "/ca.pem");
}

TEST_CASE("that certificates are not checked is said aloud") {
  const auto job = told({"https://a/", "--insecure"});
  CHECK_FALSE(job.job.http.tls.verify);
  REQUIRE(job.warnings.size() == 1);
  CHECK(job.warnings[0].find("--insecure") != std::string::npos);
  CHECK(told({"https://a/"}).warnings.empty());
}
