#include <catch2/catch_test_macros.hpp>

#include <chrono>

#include "sidekick/clock.hpp"
#include "sidekick/error.hpp"
#include "tests/unit/runtime/harness.hpp"
#include "tests/unit/support/limits.hpp"
#include "wait/wait_job.hpp"

using namespace sidekick;
using namespace sidekick::test;
using namespace std::chrono_literals;

namespace {

/// Whoever asks for the time after 1.5 s may have threads again.
class LiftingClock final : public Clock {
 public:
  time_point now() const override {
    if (clock_.now() - begun_ > 1500ms) limit(RLIMIT_NPROC, RLIM_INFINITY);
    return clock_.now();
  }
  Wake wait_until(time_point due, const CancelToken& cancel) override { return clock_.wait_until(due, cancel); }
  bool poll_until(time_point due, std::span<pollfd> events) override { return clock_.poll_until(due, events); }

 private:
  SystemClock clock_;
  const time_point begun_ = clock_.now();
};

/// What `body` throws: 0 for nothing, else 1 + its kind.
int run_wait(Clock& clock, std::chrono::milliseconds timeout) {
  QuietDisplay display;
  status::Metrics metrics;
  Recorder recorder;
  status::JobLog log(recorder, "wait", 1);
  JobContext context{clock, {}, display, metrics, log};
  wait::Settings settings;
  settings.urls.emplace_back("file:///etc/passwd");
  settings.timeout = timeout;
  try {
    wait::WaitJob(settings).run(context);
    return 0;
  } catch (const Error& error) {
    return 1 + static_cast<int>(error.kind());
  }
}

}  // namespace

TEST_CASE("a wait that has no thread to look with ends when its time is up") {
  CHECK(without_threads([] {
          SystemClock clock;
          return run_wait(clock, 1s);
        }) == 1 + static_cast<int>(ErrorKind::timeout));
}

TEST_CASE("a wait that has no thread to look with begins as soon as there is one") {
  CHECK(without_threads([] {
          LiftingClock clock;
          return run_wait(clock, 30s);
        }) == 0);
}
