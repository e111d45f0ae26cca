#include "restore/parallel.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::restore;
using namespace sidekick::test;

namespace {

/// A pool that is never asked to connect.
mongo::Connection nowhere() {
  mongo::Connection connection;
  connection.host = "127.0.0.1";
  connection.port = "1";
  return connection;
}

}  // namespace

TEST_CASE("every item is worked on once") {
  mongo::Pool pool(nowhere(), CancelToken());
  std::vector<std::atomic<int>> seen(100);
  for_each_item(pool, 3, seen.size(), [&](const mongo::Client&, std::size_t i) { seen[i]++; });
  for (const auto& times : seen) CHECK(times == 1);
}

TEST_CASE("an item that the server refuses does not keep the others from being tried") {
  mongo::Pool pool(nowhere(), CancelToken());
  std::atomic<int> tried = 0;
  const auto error = error_of([&] {
    for_each_item(pool, 2, 100, [&](const mongo::Client&, std::size_t i) {
      tried++;
      if (i == 0) throw Error(ErrorKind::data, "refused");
    });
  });
  REQUIRE(error);
  CHECK(error->message() == "refused");
  CHECK(tried == 100);
}

TEST_CASE("a server that is gone is not waited for once an item") {
  for (const auto kind : {ErrorKind::unavailable, ErrorKind::cancelled, ErrorKind::denied}) {
    mongo::Pool pool(nowhere(), CancelToken());
    std::atomic<int> tried = 0;
    const auto error = error_of([&] {
      for_each_item(pool, 2, 100, [&](const mongo::Client&, std::size_t) {
        tried++;
        throw Error(kind, "gone");
      });
    });
    REQUIRE(error);
    CHECK(error->kind() == kind);
    CHECK(tried <= 2);
  }
}
