#include "agent/runtime/attempt.hpp"

#include "agent/runtime/watchdog.hpp"

namespace sidekick::runtime {

namespace {

/// Passes progress on and notes it for the retry budget.
class NotingSink final : public StatusSink {
 public:
  NotingSink(Movement& movement, StatusSink& display) : movement_(movement), display_(display) {}
  void progress(const Progress& progress) noexcept override try {
    movement_.note(progress);
    display_.progress(progress);
  } catch (...) {
    return;  // out of memory: this position goes unnoticed
  }

 private:
  Movement& movement_;
  StatusSink& display_;
};

void run_and_translate(const std::function<void(JobContext&)>& work, JobContext& context) {
  try {
    work(context);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::internal, std::string("unexpected: ") + error.what());
  } catch (...) {
    throw Error(ErrorKind::internal, "unexpected exception of an unknown type");
  }
}

}  // namespace

void run_attempt(const Surroundings& around, const AttemptFrame& frame, const std::function<void(JobContext&)>& work) {
  status::JobLog log(around.log, frame.job, frame.number);
  const auto display = around.make_display(log);
  NotingSink sink(frame.movement, *display);
  const Watchdog watchdog(around.clock, around.interrupt, frame.deadline.value_or(Clock::time_point::max()),
                          around.abandon);
  JobContext context{around.clock, watchdog.token(), sink, log, frame.number};
  try {
    run_and_translate(work, context);
  } catch (const Error& error) {
    if (!watchdog.timed_out()) throw;
    throw Error(ErrorKind::timeout, "attempt " + std::to_string(frame.number) + " ran out of time");
  }
}

}  // namespace sidekick::runtime
