#include "agent/runtime/attempt.hpp"

#include "agent/runtime/watchdog.hpp"
#include "sidekick/exceptions.hpp"

namespace sidekick::runtime {

namespace {

/// Passes on what the job reports, and notes it for the retry budget and the probes.
class NotingSink final : public StatusSink {
 public:
  NotingSink(Movement& movement, StatusSink& display, status::Health& health)
      : movement_(movement), display_(display), health_(health) {}
  void progress(const Progress& progress) noexcept override try {
    movement_.note(progress);
    display_.progress(progress);
  } catch (...) {
    return;  // out of memory: this position goes unnoticed
  }
  void ready() noexcept override {
    health_.ready();
    display_.ready();
  }

 private:
  Movement& movement_;
  StatusSink& display_;
  status::Health& health_;
};

}  // namespace

void run_attempt(const Surroundings& around, const AttemptFrame& frame, const std::function<void(JobContext&)>& work) {
  status::JobLog log(around.log, frame.job, frame.number);
  const auto display = around.make_display(log);
  NotingSink sink(frame.movement, *display, around.health);
  std::optional<Watchdog> watchdog;
  with_errors([&] {
    watchdog.emplace(around.clock, around.interrupt, frame.deadline.value_or(Clock::time_point::max()), frame.late_code,
                     around.abandon, frame.let_go);
  });
  JobContext context{around.clock, watchdog->token(),       sink, around.metrics, log,
                     frame.number, around.interrupt.token()};
  try {
    with_errors([&] { work(context); });
  } catch (const Error& error) {
    // A job that tells what it had no time for says more than we know.
    if (!watchdog->timed_out() || error.kind() == ErrorKind::timeout) throw;
    throw Error(ErrorKind::timeout, "attempt " + std::to_string(frame.number) + " ran out of time");
  }
}

}  // namespace sidekick::runtime
