/// The job `wait`: ends once the targets of the URLs are available (or gone).
#pragma once

#include "sidekick/job.hpp"
#include "wait/settings.hpp"

namespace sidekick::wait {

/// A one-shot job. Checks all URLs in parallel, each in its own thread, and repeats with a back-off from 50 ms to 1 s;
/// logs every 10 s what is missing and why. Leaves nothing behind. Throws Error: timeout, which names what is missing
/// and why, and is not retried (except where the time of an attempt ended first); config or no_input for what no
/// waiting can mend; cancelled. Where a name lookup hangs, its thread outlives run(): the process must end with leave()
/// or exec.
class WaitJob final : public OneShotJob {
 public:
  /// Throws Error as make_probe() does.
  explicit WaitJob(Settings settings);
  Outcome run(JobContext& context) override;

 private:
  Settings settings_;
};

}  // namespace sidekick::wait
