#include "git_sync/object_id.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/git_repository.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;

TEST_CASE("an object id is forty hexadecimal digits and nothing else", "[git_sync]") {
  const test::GitRepository repository;
  const auto commit = repository.commit_file("a", "1");
  REQUIRE(ObjectId::parse(commit));
  CHECK(ObjectId::parse(commit)->hex() == commit);
  CHECK_FALSE(ObjectId::parse(commit.substr(1)));
  CHECK_FALSE(ObjectId::parse("g" + commit.substr(1)));
  CHECK_FALSE(ObjectId::parse(""));
}
