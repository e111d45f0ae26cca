/// The metrics of one job: attempts, failures, the last success.
#pragma once

#include "sidekick/error.hpp"
#include "sidekick/metrics.hpp"

namespace sidekick::runtime {

/// Records sidekick_job_attempts_total, sidekick_job_failures_total (by kind), sidekick_job_up (whether the last
/// attempt succeeded), sidekick_job_last_success_timestamp_seconds (0 before there is one), sidekick_job_lost and
/// sidekick_parked. `sink` adds the label of the job.
class AttemptMetrics final {
 public:
  explicit AttemptMetrics(MetricSink& sink);

  void attempted() noexcept;
  /// The attempt did not fail, but did nothing that counts as a success.
  void works() noexcept;
  void succeeded() noexcept;
  void failed(ErrorKind kind) noexcept;
  void parked() noexcept;
  /// The job has not returned after it was cancelled.
  void lost() noexcept;
  /// A lost job has returned.
  void found() noexcept;

 private:
  MetricSink& sink_;
};

}  // namespace sidekick::runtime
