/// The job `wait`: ends once what the URLs name is there (or gone).
#pragma once

#include "sidekick/job.hpp"
#include "wait/settings.hpp"

namespace sidekick::wait {

/// A one-shot job. Looks at all URLs at once, each in a thread of its own, then again with a back-off from 50 ms to
/// 1 s; says every 10 s what it still waits for and why. Leaves nothing behind. Throws Error: timeout, which is not to
/// be tried again, (as a rule; not where the time of an attempt was up first), naming what is missing and why; config
/// or no_input for what no waiting can mend; cancelled. Where the look-up of a name hangs, its thread outlives run():
/// the process must end by leave() or exec.
class WaitJob final : public OneShotJob {
 public:
  /// Throws Error as make_probe() does.
  explicit WaitJob(Settings settings);
  Outcome run(JobContext& context) override;

 private:
  Settings settings_;
};

}  // namespace sidekick::wait
