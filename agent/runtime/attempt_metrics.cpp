#include "agent/runtime/attempt_metrics.hpp"

#include <chrono>

namespace sidekick::runtime {

namespace {

constexpr Metric attempts{"sidekick_job_attempts_total", "Attempts of a job, or steps of a loop, that were begun.",
                          MetricType::counter};
constexpr Metric failures{"sidekick_job_failures_total", "Attempts that failed, by the kind of error.",
                          MetricType::counter};
constexpr Metric up{"sidekick_job_up", "1 when the last attempt succeeded, 0 when it failed or there was none yet.",
                    MetricType::gauge};
constexpr Metric last_success{"sidekick_job_last_success_timestamp_seconds",
                              "When an attempt last succeeded, in seconds since 1970; 0 if none did.",
                              MetricType::gauge};
constexpr Metric is_parked{"sidekick_parked",
                           "1 when the job ended with an error that no retry can mend and the process keeps running.",
                           MetricType::gauge};

constexpr Metric is_lost{"sidekick_job_lost", "1 while the job does not return although it was told to stop.",
                         MetricType::gauge};

double seconds_since_1970() {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return std::chrono::duration<double>(now.time_since_epoch()).count();
}

}  // namespace

AttemptMetrics::AttemptMetrics(MetricSink& sink) : sink_(sink) {
  sink_.record(attempts, 0);
  sink_.record(up, 0);
  sink_.record(last_success, 0);
  sink_.record(is_parked, 0);
  sink_.record(is_lost, 0);
}

void AttemptMetrics::attempted() noexcept {
  sink_.record(attempts, 1);
}

void AttemptMetrics::works() noexcept {
  sink_.record(up, 1);
}

void AttemptMetrics::succeeded() noexcept {
  works();
  sink_.record(last_success, seconds_since_1970());
}

void AttemptMetrics::failed(ErrorKind kind) noexcept {
  sink_.record(up, 0);
  sink_.record(failures, 1, {{"kind", info(kind).name}});
}

void AttemptMetrics::parked() noexcept {
  sink_.record(is_parked, 1);
}

void AttemptMetrics::lost() noexcept {
  sink_.record(up, 0);
  sink_.record(is_lost, 1);
}

void AttemptMetrics::found() noexcept {
  sink_.record(is_lost, 0);
}

}  // namespace sidekick::runtime
