#include "agent/runtime/labelled_metrics.hpp"

#include <algorithm>
#include <array>

namespace sidekick::runtime {

void LabelledMetrics::record(const Metric& metric, double value, MetricLabels labels) noexcept {
  constexpr std::size_t most = 8;  // more than any series has
  const bool is_ours = metric.name.starts_with("sidekick_");
  if ((label_ == Label::ours && !is_ours) || labels.size() >= most) return sink_.record(metric, value, labels);
  std::array<MetricLabel, most> all{{{"job", job_}}};
  std::ranges::copy(labels, all.begin() + 1);
  sink_.record(metric, value, MetricLabels(std::span(all).first(labels.size() + 1)));
}

}  // namespace sidekick::runtime
