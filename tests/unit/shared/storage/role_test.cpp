#include "storage/s3/role.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"
#include "storage/s3/role_sources.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::storage::s3;
using namespace std::chrono_literals;
using std::chrono::system_clock;

namespace {

Grant grant(std::optional<system_clock::time_point> ends, const std::string& key = "id") {
  return {{key, Secret("key"), Secret("token")}, ends};
}

}  // namespace

TEST_CASE("keys are asked for anew before they end") {
  const system_clock::time_point now(1'000'000s);
  CHECK(renewal_of(grant(now + 6h), now) == now + 6h - 5min);
  CHECK(renewal_of(grant(now + 6min), now) == now + 3min);
  CHECK(renewal_of(grant(now + 4s), now) == now + 2s);
  CHECK(renewal_of(grant({}), now) == now + 15min);
}

TEST_CASE("keys that hold are used on where they cannot be renewed") {
  int asked = 0;
  Role role([&](const CancelToken&) {
    // Due for a renewal at once, and good for a minute.
    if (asked++ == 0) return grant(system_clock::now() + 60s);
    throw Error(ErrorKind::config, "nobody answers");
  });
  const auto first = role.credentials(CancelToken());
  CHECK(first.access_key == "id");
  CHECK_FALSE(role.replaces(first, CancelToken()));
  CHECK(asked == 2);
  CHECK(role.credentials(CancelToken()).access_key == "id");
}

TEST_CASE("keys that have ended are waited for where there were some, and are an error of their own before") {
  int asked = 0;
  Role role([&](const CancelToken&) {
    if (asked++ == 1) return grant(system_clock::now() - 1s);
    throw Error(ErrorKind::config, "nobody answers");
  });
  CHECK(test::error_of([&] { role.credentials(CancelToken()); })->kind() == ErrorKind::config);
  CHECK(role.credentials(CancelToken()).access_key == "id");
  CHECK(test::error_of([&] { role.credentials(CancelToken()); })->kind() == ErrorKind::unavailable);
}

TEST_CASE("keys that were replaced meanwhile are not asked for again") {
  int asked = 0;
  Role role([&](const CancelToken&) { return grant(system_clock::now() + 1h, "id-" + std::to_string(++asked)); });
  const auto first = role.credentials(CancelToken());
  CHECK(role.replaces(first, CancelToken()));
  CHECK(role.replaces(first, CancelToken()));
  CHECK(asked == 2);
}

TEST_CASE("an answer without keys says nothing of what it holds") {
  for (const std::string body : {"not JSON: secret", "[]", R"({"SecretAccessKey":"secret"})",
                                 R"({"AccessKeyId":"a","SecretAccessKey":"secret","Expiration":"soon"})"}) {
    CAPTURE(body);
    const auto error = test::error_of([&] { grant_of_json(body, "the agent"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK_FALSE(test::mentions(*error, "secret"));
  }
  const auto out = grant_of_json(
      R"({"AccessKeyId":"a","SecretAccessKey":"s","Token":"t","Expiration":"2026-01-02T03:04:05Z"})", "x");
  CHECK(out.credentials.session_token.reveal() == "t");
  CHECK(out.ends == std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + 3h + 4min + 5s);
  CHECK_FALSE(grant_of_json(R"({"AccessKeyId":"a","SecretAccessKey":"s"})", "x").ends);
}
