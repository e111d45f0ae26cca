#include "git_sync/remote/address.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

TEST_CASE("an address that would say more than a path to its server is refused") {
  for (const std::string url : {"git://127.0.0.1:6379/x%0aFLUSHALL%0a", "git://h/x%00host=other", "ssh://h/x%00y",
                                "git@h:x\ny", "file:///x%00y"}) {
    INFO(url);
    const auto error = error_of([&] { parse_address(url); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
    CHECK(error->message().find('\n') == std::string::npos);
  }
  CHECK_THROWS_AS(parse_address("git://h/" + std::string(70'000, 'x')), Error);
}

TEST_CASE("an address may have blanks and what is not ASCII in its path") {
  CHECK(parse_address("git://h/a%20b").path == "/a b");
  CHECK(parse_address("ssh://h/\xC3\xA4").path == "/\xC3\xA4");
}
