/// The job `seed`: puts a content into MongoDB exactly once, whole or not at all.
#pragma once

#include <optional>

#include "seed/settings.hpp"
#include "seed/source.hpp"
#include "sidekick/job.hpp"

namespace sidekick::seed {

/// A one-shot job. The ledger of the server decides whether there is anything to do. The content is built beside its
/// targets and put in place by a plan that is written first: killed at any instruction, the next process removes what
/// was built, or completes the plan. Cancelled before the plan is written, it removes what it built; after that it
/// completes the plan and succeeds. Errors: those of the input (no_input, data, denied, io), of the server
/// (unavailable, denied, data, config), data where a policy refuses, temporary where another process took over,
/// cancelled.
class SeedJob final : public OneShotJob {
 public:
  explicit SeedJob(Settings settings) : settings_(std::move(settings)) {}
  Outcome run(JobContext& context) override;

 private:
  const Settings settings_;
  std::optional<Source> source_;  ///< read once for all attempts
};

}  // namespace sidekick::seed
