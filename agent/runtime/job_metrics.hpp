/// The figures of one job among those of the process.
#pragma once

#include <string>

#include "sidekick/metrics.hpp"

namespace sidekick::runtime {

/// Adds the label `job` to every series, before its own labels. Thread safe.
class JobMetrics final : public MetricSink {
 public:
  /// Which series have the label: without neighbours those with a name of our own; a series that is named as a peer
  /// names it then looks as the peer's does.
  enum class Label { all, ours };

  /// `sink` outlives it.
  JobMetrics(MetricSink& sink, std::string job, Label label) : sink_(sink), job_(std::move(job)), label_(label) {}

  void record(const Metric& metric, double value, MetricLabels labels) noexcept override;

 private:
  MetricSink& sink_;
  std::string job_;
  Label label_;
};

}  // namespace sidekick::runtime
