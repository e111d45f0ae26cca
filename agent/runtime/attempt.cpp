#include "agent/runtime/attempt.hpp"

#include "sidekick/exceptions.hpp"

namespace sidekick::runtime {

namespace {

/// Passes on what the job reports, and notes it for the retry budget and the probes.
class NotingSink final : public StatusSink {
 public:
  NotingSink(FarthestProgress& farthest, StatusSink& display, status::Health& health)
      : farthest_(farthest), display_(display), health_(health) {}
  void progress(const Progress& progress) noexcept override try {
    farthest_.note(progress);
    display_.progress(progress);
  } catch (...) {
    return;  // out of memory: this position goes unnoticed
  }
  void ready() noexcept override {
    health_.ready();
    display_.ready();
  }

 private:
  FarthestProgress& farthest_;
  StatusSink& display_;
  status::Health& health_;
};

}  // namespace

void run_attempt(const AttemptFrame& frame, const CancelToken& cancel, const CancelToken& ending,
                 const std::function<void(JobContext&)>& work) {
  with_errors([&] {
    status::JobLog log(frame.process.log, frame.job, frame.number);
    const auto display = frame.process.make_display(log);
    NotingSink sink(frame.farthest, *display, frame.health);
    JobContext context{frame.process.clock, cancel, sink, frame.metrics, log, frame.number, ending};
    work(context);
  });
}

}  // namespace sidekick::runtime
