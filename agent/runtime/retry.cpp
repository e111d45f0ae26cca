#include "agent/runtime/retry.hpp"

#include <algorithm>

namespace sidekick::runtime {

namespace {

using namespace std::chrono_literals;

constexpr Clock::duration first_wait = 1s;
constexpr Clock::duration longest_wait = 30s;
constexpr int most_doublings = 5;

constexpr int denied_tries = 3;
constexpr Clock::duration denied_wait = 5s;
constexpr Clock::duration denied_within = 15s;

}  // namespace

Clock::duration Backoff::next() {
  const auto ceiling = std::min(first_wait * (1 << doublings_), longest_wait);
  doublings_ = std::min(doublings_ + 1, most_doublings);
  return std::chrono::duration_cast<Clock::duration>(ceiling * std::clamp(random_(), 0.0, 1.0));
}

RetryBudget::RetryBudget(RetryLimits limits, std::function<double()> random)
    : limits_(limits), backoff_(std::move(random)) {}

std::optional<Clock::duration> RetryBudget::after(const Error& error, Clock::time_point now) {
  if (error.retry_ruled_out()) return {};
  if (limits_.retries && retries_ >= *limits_.retries) return {};
  std::optional<Clock::duration> wait;
  if (error.kind() == ErrorKind::denied)
    wait = wait_for_denied(now);
  else if (error.transient())
    wait = wait_for_transient(now);
  if (wait) retries_++;
  return wait;
}

std::optional<Clock::duration> RetryBudget::wait_for_transient(Clock::time_point now) {
  if (!first_failure_) first_failure_ = now;
  const auto wait = backoff_.next();
  if (now + wait > *first_failure_ + limits_.retry_for || limits_.retry_for == 0ms) return {};
  return wait;
}

std::optional<Clock::duration> RetryBudget::wait_for_denied(Clock::time_point now) {
  if (!first_denial_) first_denial_ = now;
  if (++denials_ >= denied_tries || now + denied_wait > *first_denial_ + denied_within) return {};
  return denied_wait;
}

void RetryBudget::progressed() noexcept {
  first_failure_.reset();
  backoff_.reset();
}

void RetryBudget::succeeded() noexcept {
  progressed();
  retries_ = 0;
  denials_ = 0;
  first_denial_.reset();
}

}  // namespace sidekick::runtime
