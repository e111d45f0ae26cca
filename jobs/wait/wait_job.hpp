/// The job `wait`: ends once what the URLs name is there (or gone).
#pragma once

#include <memory>

#include "sidekick/job.hpp"
#include "wait/settings.hpp"

namespace sidekick::wait {

/// A one-shot job, which never ends by itself but by success: the supervisor's --timeout does (124). Looks at all URLs
/// at once, each in a thread of its own, then again and again with a back-off from 50 ms to 1 s; says every 10 s what
/// it still waits for and why. Leaves nothing behind. Throws Error: cancelled; config for what no waiting can mend (a
/// certificate file that cannot be read).
class WaitJob final : public OneShotJob {
 public:
  /// Throws Error of kind usage for a URL that is malformed or has an unknown scheme (the known ones listed), config
  /// for settings that fit none of them.
  explicit WaitJob(Settings settings);
  ~WaitJob() override;
  Outcome run(JobContext& context) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::wait
