/// The metrics of one job among those of the process.
#pragma once

#include <string>

#include "sidekick/metrics.hpp"

namespace sidekick::runtime {

/// Adds the label `job` to every series, before its own labels. Thread safe.
class LabelledMetrics final : public MetricSink {
 public:
  /// Which series get the label. `ours`, for a job without neighbours: those that begin with sidekick_; a series that
  /// has the name of a peer's then looks like the peer's.
  enum class Label { all, ours };

  /// `sink` outlives it.
  LabelledMetrics(MetricSink& sink, std::string job, Label label) : sink_(sink), job_(std::move(job)), label_(label) {}

  void record(const Metric& metric, double value, MetricLabels labels) noexcept override;

 private:
  MetricSink& sink_;
  std::string job_;
  Label label_;
};

}  // namespace sidekick::runtime
