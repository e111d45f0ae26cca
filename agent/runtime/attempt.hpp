/// One attempt of a job, and what it gets.
#pragma once

#include <functional>
#include <string>

#include "agent/runtime/farthest_progress.hpp"
#include "agent/runtime/running_job.hpp"

namespace sidekick::runtime {

struct AttemptFrame {
  const ProcessContext& process;
  const std::string& job;
  int number;
  FarthestProgress& farthest;
  status::Health& health;
  MetricSink& metrics;
};

/// Calls `work` with a context. Returns when it returns. Throws Error: what the work threw, every other exception as
/// as_error() says.
void run_attempt(const AttemptFrame& frame, const CancelToken& cancel, const CancelToken& ending,
                 const std::function<void(JobContext&)>& work);

}  // namespace sidekick::runtime
