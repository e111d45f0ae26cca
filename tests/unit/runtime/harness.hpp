/// A supervisor's surroundings that a test holds in its hands.
#pragma once

#include <poll.h>

#include <atomic>
#include <functional>
#include <string>

#include "agent/runtime/supervisor.hpp"
#include "agent/status/metrics.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/virtual_clock.hpp"

namespace sidekick::test {

struct QuietDisplay final : StatusSink {
  void progress(const Progress&) noexcept override {}
  void ready() noexcept override {}
};

struct Harness {
  VirtualClock clock;
  Recorder log;
  runtime::Interrupt interrupt;
  status::Metrics metrics;
  status::Health health;
  runtime::Trigger trigger;
  std::string last_word;
  std::optional<int> last_code;
  std::atomic<int> abandoned = 0;

  runtime::Surroundings around() {
    return {.clock = clock,
            .log = log,
            .interrupt = interrupt,
            .metrics = metrics,
            .health = health,
            .trigger = trigger,
            .random = [] { return 1.0; },
            .make_display = [](Log&) { return std::make_unique<QuietDisplay>(); },
            .last_word =
                [this](std::string_view text, int code) {
                  last_word = text;
                  last_code = code;
                },
            .abandon = [this](int code) { abandoned = code; }};
  }
};

/// A job that does what a test says.
class ScriptedJob final : public OneShotJob {
 public:
  explicit ScriptedJob(std::function<Outcome(JobContext&)> script) : script_(std::move(script)) {}
  Outcome run(JobContext& context) override {
    runs++;
    return script_(context);
  }
  int runs = 0;

 private:
  std::function<Outcome(JobContext&)> script_;
};

/// Waits for the token, at most 20 s of real time; then throws as a job does that was told to stop.
inline void wait_until_cancelled(const CancelToken& token) {
  pollfd event{token.fd(), POLLIN, 0};
  ::poll(&event, 1, 20'000);
  token.throw_if_cancelled();
}

}  // namespace sidekick::test
