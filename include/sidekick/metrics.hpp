/// Figures that a job keeps for whoever watches it.
#pragma once

#include <initializer_list>
#include <string_view>

namespace sidekick {

enum class MetricType {
  counter,  ///< only grows
  gauge,    ///< the last value counts
  summary,  ///< count and sum of what was observed
};

/// One metric with its name in the format of Prometheus. To be a constant with static lifetime: its address is its
/// identity.
struct Metric {
  std::string_view name;
  std::string_view help;
  MetricType type;
};

/// A label's name and value. The views must live until the call that takes the label returns.
struct MetricLabel {
  std::string_view name;
  std::string_view value;
};

using MetricLabels = std::initializer_list<MetricLabel>;

/// Where figures go. Safe from any thread; never throws; cheap enough for every poll. Label values come from the
/// program, never from outside: each new one is kept for ever.
class MetricSink {
 public:
  virtual ~MetricSink() = default;

  /// Adds to a counter (`value` not negative), sets a gauge, or counts one observation of a summary.
  virtual void record(const Metric& metric, double value, MetricLabels labels = {}) noexcept = 0;
};

}  // namespace sidekick
