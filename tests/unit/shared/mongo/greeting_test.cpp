#include "mongo/greeting.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::mongo;

namespace {

std::string unknown(const std::string& greeting) {
  return unknown_member(Bson::from_json(greeting, "a test"), CancelToken());
}

}  // namespace

TEST_CASE("a member that has no address here is named") {
  CHECK(unknown(R"({"hosts":["127.0.0.1:1","no-such-name.invalid:27018"]})") == "no-such-name.invalid:27018");
  CHECK(unknown(R"({"hosts":["127.0.0.1:1"],"primary":"no-such-name.invalid:27017"})") == "no-such-name.invalid:27017");
}

TEST_CASE("a set whose primary has an address here, and a single server, have no unknown member") {
  CHECK(unknown(R"({"hosts":["127.0.0.1:1","no-such-name.invalid:27017"],"primary":"127.0.0.1:1"})").empty());
  CHECK(unknown(R"({"hosts":["127.0.0.1:1","localhost:2"]})").empty());
  CHECK(unknown(R"({"ismaster":true})").empty());
}
