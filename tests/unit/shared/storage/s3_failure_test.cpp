#include <catch2/catch_test_macros.hpp>

#include "storage/s3/failure.hpp"
#include "storage/s3/upload.hpp"
#include "storage/s3/xml.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::storage::s3;

namespace {

Failure failure(int status, const std::string& code, const std::string& more = "") {
  HttpResponse response{.status = status, .headers = {}, .effective_url = {}, .body = {}};
  if (!code.empty())
    response.body =
        "<?xml version=\"1.0\"?>\n<Error><Code>" + code + "</Code><Message>Why &amp; so.</Message>" + more + "</Error>";
  const auto out = failure_of(response, "cannot list 's3://b'");
  REQUIRE(out);
  return *out;
}

}  // namespace

TEST_CASE("what S3 answers becomes the kind of error that it is") {
  CHECK(failure(404, "NoSuchBucket").error.kind() == ErrorKind::no_input);
  CHECK(failure(403, "SignatureDoesNotMatch").error.kind() == ErrorKind::denied);
  CHECK(failure(403, "").error.kind() == ErrorKind::denied);
  CHECK(failure(403, "RequestTimeTooSkewed").error.kind() == ErrorKind::config);
  CHECK(test::mentions(failure(403, "RequestTimeTooSkewed").error, "clock"));
  CHECK(failure(503, "SlowDown").again);
  CHECK(failure(502, "").again);
  CHECK(failure(502, "").error.kind() == ErrorKind::unavailable);
  CHECK_FALSE(failure(400, "InvalidArgument").again);
  CHECK_FALSE(failure(400, "InvalidArgument").error.transient());
  CHECK(failure(403, "AccessDenied").error.message() == "cannot list 's3://b': AccessDenied: Why & so");
  CHECK(failure(404, "").code == "NotFound");
}

TEST_CASE("a bucket of another region is told with the region") {
  const auto told = failure(400, "AuthorizationHeaderMalformed", "<Region>eu-9</Region>");
  CHECK(told.error.kind() == ErrorKind::config);
  CHECK(test::mentions(told.error, "'eu-9'"));
  CHECK(failure(301, "PermanentRedirect").error.kind() == ErrorKind::config);
}

TEST_CASE("a server that wants buckets as hosts is told with the flag") {
  for (const std::string code : {"SecondLevelDomainForbidden", "PathStyleDomainForbidden", "InvalidPathAccess"}) {
    CAPTURE(code);
    const auto told = failure(403, code);
    CHECK(told.error.kind() == ErrorKind::config);
    CHECK(told.error.hint() == "give --s3-addressing=virtual");
  }
}

TEST_CASE("a redirect that is not followed is told with where it leads") {
  for (const int status : {301, 302, 307}) {
    const HttpResponse response{.status = status,
                                .headers = {{"Location", "https://me:pw@s3.example:9000/shop?X-Amz-Signature=secret"}},
                                .effective_url = {},
                                .body = {}};
    const auto told = failure_of(response, "x");
    REQUIRE(told);
    CHECK(told->error.kind() == ErrorKind::config);
    CHECK(told->error.hint() == "it redirects to 'https://s3.example:9000': check --s3-endpoint");
  }
}

TEST_CASE("an answer 200 may be an error and one without a body is none") {
  CHECK(failure(200, "InternalError").again);
  const HttpResponse late{.status = 200,
                          .headers = {},
                          .effective_url = {},
                          .body = " \n\n<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code></Error>"};
  CHECK(failure_of(late, "x"));
  CHECK_FALSE(failure_of({.status = 204, .headers = {}, .effective_url = {}, .body = {}}, "x"));
  CHECK_FALSE(failure_of({.status = 200, .headers = {}, .effective_url = {}, .body = "<a/>"}, "x"));
}

TEST_CASE("XML that is none or too deep is not read") {
  CHECK_FALSE(parse_xml("no xml"));
  CHECK_FALSE(parse_xml("<a><b></a>"));
  CHECK_FALSE(parse_xml(""));
  std::string deep;
  for (int i = 0; i < 100'000; i++) deep += "<a>";
  CHECK_FALSE(parse_xml(deep));
  const auto list = parse_xml("<L><C><K>a&lt;b</K></C><C/><T>true</T></L>");
  REQUIRE(list);
  CHECK(list->children.size() == 3);
  CHECK(list->child("C")->text_of("K") == "a<b");
  CHECK(list->text_of("T") == "true");
}

TEST_CASE("times of S3 are read") {
  CHECK(parse_time("2026-01-02T03:04:05.678Z") ==
        std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + std::chrono::seconds(3 * 3600 + 4 * 60 + 5));
  for (const char* text : {"", "2026", "2026-13-02T03:04:05Z", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05"})
    CHECK_FALSE(parse_time(text));
}

TEST_CASE("parts grow so that ten thousand of them hold more than a terabyte") {
  constexpr std::uint64_t first = std::uint64_t{5} << 20;
  std::uint64_t all = 0;
  for (int i = 1; i <= 10'000; i++) {
    if (all < std::uint64_t{48} << 30) CHECK(2 * part_bytes(i, first) <= std::uint64_t{20} << 20);
    CHECK(part_bytes(i, first) <= std::uint64_t{5} << 30);
    all += part_bytes(i, first);
  }
  CHECK(all > std::uint64_t{1} << 40);
}
