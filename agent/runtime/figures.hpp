/// How a job fares, for whoever watches it.
#pragma once

#include <string>

#include "sidekick/error.hpp"
#include "sidekick/metrics.hpp"

namespace sidekick::runtime {

/// Records sidekick_job_attempts_total, sidekick_job_failures_total (by kind), sidekick_job_up (whether the last
/// attempt succeeded), sidekick_job_last_success_timestamp_seconds (0 before there is one) and sidekick_parked,
/// all with the name of the job.
class Figures final {
 public:
  Figures(MetricSink& sink, const std::string& job);

  void attempted() noexcept;
  /// It does not fail, and did not succeed in anything either.
  void works() noexcept;
  void succeeded() noexcept;
  void failed(ErrorKind kind) noexcept;
  void parked() noexcept;

 private:
  MetricSink& sink_;
  const std::string& job_;
};

}  // namespace sidekick::runtime
