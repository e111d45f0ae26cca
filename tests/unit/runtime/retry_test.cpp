#include "agent/runtime/retry.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::runtime;
using namespace std::chrono_literals;

namespace {

constexpr Clock::time_point start{1000h};
const Error refused(ErrorKind::unavailable, "connection refused");
const Error denied(ErrorKind::denied, "wrong password");

double most() {
  return 1.0;
}

}  // namespace

TEST_CASE("the longest wait doubles from one second to thirty and stays there") {
  Backoff backoff(most);
  for (const auto expected : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) CHECK(backoff.next() == expected);
  backoff.reset();
  CHECK(backoff.next() == 1s);
}

TEST_CASE("the jitter is full: any share of the longest wait may come") {
  double share = 0;
  Backoff backoff([&] { return share; });
  CHECK(backoff.next() == 0s);
  share = 0.5;
  CHECK(backoff.next() == 1s);
  share = 0.25;
  CHECK(backoff.next() == 1s);
}

TEST_CASE("the budget of time counts from the first failure and starts anew with progress") {
  RetryBudget budget({.retries = {}, .retry_for = 10s}, most);
  CHECK(budget.after(refused, start) == 1s);
  CHECK(budget.after(refused, start + 8s) == 2s);
  budget.progressed();
  CHECK(budget.after(refused, start + 100s) == 1s);
  CHECK(budget.after(refused, start + 107s) == 2s);
  CHECK_FALSE(budget.after(refused, start + 109s));
}

TEST_CASE("a budget of no time means one attempt") {
  RetryBudget budget({.retries = {}, .retry_for = 0s}, [] { return 0.0; });
  CHECK_FALSE(budget.after(refused, start));
}

TEST_CASE("the number of retries is a limit of its own, which progress does not lift") {
  RetryBudget budget({.retries = 2, .retry_for = 1h}, most);
  CHECK(budget.after(refused, start));
  budget.progressed();
  CHECK(budget.after(refused, start));
  budget.progressed();
  CHECK_FALSE(budget.after(refused, start));
}

TEST_CASE("what is denied is tried three times within fifteen seconds") {
  RetryBudget budget({}, most);
  CHECK(budget.after(denied, start) == 5s);
  CHECK(budget.after(denied, start + 5s) == 5s);
  CHECK_FALSE(budget.after(denied, start + 10s));
}

TEST_CASE("what is denied slowly is not tried beyond fifteen seconds") {
  RetryBudget budget({}, most);
  CHECK(budget.after(denied, start));
  CHECK_FALSE(budget.after(denied, start + 14s));
}

TEST_CASE("permanent errors and those ruled out for another attempt are not tried again") {
  RetryBudget budget({}, most);
  CHECK_FALSE(budget.after(Error(ErrorKind::data, "bad checksum"), start));
  CHECK_FALSE(budget.after(refused.without_retry(), start));
  CHECK_FALSE(budget.after(error_from_errno("cannot open 'x'", EACCES), start));
}
