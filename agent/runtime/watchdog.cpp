#include "agent/runtime/watchdog.hpp"

namespace sidekick::runtime {

Watchdog::Watchdog(Clock& clock, Interrupt& interrupt, Clock::time_point deadline, int late_code,
                   std::function<void(int)> abandon, std::chrono::milliseconds grace)
    : clock_(clock),
      interrupt_(interrupt),
      deadline_(deadline),
      late_code_(late_code),
      abandon_(std::move(abandon)),
      grace_(grace),
      work_(interrupt.token()),
      wake_(interrupt.token()),
      thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
  finished_.cancel();
  wake_.cancel();
  thread_.join();
}

void Watchdog::watch() {
  const auto wake = clock_.wait_until(deadline_, wake_.token());
  if (finished_.token().cancelled()) return;
  if (wake == Wake::due) timed_out_ = true;
  work_.cancel();
  if (clock_.wait_for(grace_, finished_.token()) == Wake::cancelled) return;
  const auto signal = interrupt_.signal();
  abandon_(signal ? 128 + *signal : late_code_);
}

}  // namespace sidekick::runtime
