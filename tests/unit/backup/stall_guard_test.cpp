#include "backup/stall_guard.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::backup;
using namespace std::chrono_literals;
using test::error_of;

namespace {

class SlowSink final : public filters::Sink {
 public:
  explicit SlowSink(std::chrono::milliseconds time) : time_(time) {}
  void write(std::span<const std::uint8_t> bytes) override {
    SystemClock().wait_for(time_, CancelToken());
    taken += bytes.size();
  }
  void finish() override {}
  std::size_t taken = 0;

 private:
  std::chrono::milliseconds time_;
};

/// Gives `bytes` each `pause` until it is cancelled, as a source does.
void trickle(filters::Sink& sink, std::size_t bytes, std::chrono::milliseconds pause, int times,
             const CancelToken& cancel) {
  const std::vector<std::uint8_t> piece(bytes);
  for (int i = 0; i < times; i++) {
    if (SystemClock().wait_for(pause, cancel) == Wake::cancelled) cancel.throw_if_cancelled();
    sink.write(piece);
  }
}

}  // namespace

TEST_CASE("a stalled transfer is ended and a slow one is not") {
  SystemClock clock;
  SlowSink sink(0ms);
  StallGuard guard(clock, 100ms, CancelToken());
  const auto watched = guard.watched(sink);
  guard.run([&] { trickle(*watched, StallGuard::least_bytes, 10ms, 30, guard.token()); });
  const auto error = error_of([&] { guard.run([&] { trickle(*watched, 1, 10ms, 10'000, guard.token()); }); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::timeout);
}

TEST_CASE("a slow reader does not count as a stalled transfer") {
  SystemClock clock;
  SlowSink sink(350ms);
  StallGuard guard(clock, 100ms, CancelToken());
  const auto watched = guard.watched(sink);
  guard.run([&] { trickle(*watched, 1, 0ms, 1, guard.token()); });
  CHECK(sink.taken == 1);
}

TEST_CASE("a transfer that the user cancels is cancelled and not a timeout") {
  SystemClock clock;
  CancelSource user;
  StallGuard guard(clock, 60s, user.token());
  user.cancel();
  const auto error = error_of([&] { guard.run([&] { guard.token().throw_if_cancelled(); }); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
}
