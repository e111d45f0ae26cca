#include "sidekick/error.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;

TEST_CASE("every kind of error finds its own row in the table") {
  for (int i = 0; i <= static_cast<int>(ErrorKind::cancelled); i++) {
    const auto kind = static_cast<ErrorKind>(i);
    CHECK(info(kind).kind == kind);
  }
}

TEST_CASE("an error after consumed input is not retried although its kind is transient") {
  const Error error(ErrorKind::unavailable, "cannot reach 'db:27017': connection refused");
  CHECK(error.transient());
  CHECK_FALSE(error.without_retry().transient());
}

TEST_CASE("a path with a loop or of excessive length is not retried") {
  for (const int number : {ELOOP, ENAMETOOLONG}) CHECK_FALSE(error_from_errno("cannot open 'x'", number).transient());
  CHECK(error_from_errno("cannot read 'x'", EIO).transient());
}

TEST_CASE("a missing file is no_input and a forbidden one is denied") {
  CHECK(error_from_errno("cannot open 'x'", ENOENT).kind() == ErrorKind::no_input);
  CHECK(error_from_errno("cannot open 'x'", EACCES).kind() == ErrorKind::denied);
  CHECK(error_from_errno("cannot write 'x'", ENOSPC).kind() == ErrorKind::io);
}
