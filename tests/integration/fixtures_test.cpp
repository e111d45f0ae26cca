// Every good fixture into every server that can hold it: afterwards the server says what expected.json says.
#include "tests/support/fixtures.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/support/dynamic_test.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/test_lists.hpp"

using namespace sidekick::test;
namespace json = boost::json;

namespace sidekick::test {
void add_generated_tests() {}
}  // namespace sidekick::test

TEST_CASE("probe") {
  Mongod server({.version = "4.4.2"});
  auto r = restore({"--uri=" + server.uri(), "--archive=x"});
  WARN(r.describe());
  auto c = server.client();
  c.command("a", R"({"insert":"b","documents":[{"_id":1}]})");
  WARN(json::serialize(read_state(c)));
}
