/// The metrics of one job: attempts, failures, the last success.
#pragma once

#include "sidekick/error.hpp"
#include "sidekick/metrics.hpp"

namespace sidekick::runtime {

/// Records sidekick_job_attempts_total, sidekick_job_failures_total (by kind), sidekick_job_up (whether the last
/// attempt succeeded), sidekick_job_last_success_timestamp_seconds (0 before there is one), sidekick_job_lost and
/// sidekick_parked. `sink` adds which job they are of.
class Figures final {
 public:
  explicit Figures(MetricSink& sink);

  void attempted() noexcept;
  /// It does not fail, and did not succeed in anything either.
  void works() noexcept;
  void succeeded() noexcept;
  void failed(ErrorKind kind) noexcept;
  void parked() noexcept;
  /// Its thread has not returned after it was told to.
  void lost() noexcept;
  /// The thread has returned after all.
  void found() noexcept;

 private:
  MetricSink& sink_;
};

}  // namespace sidekick::runtime
