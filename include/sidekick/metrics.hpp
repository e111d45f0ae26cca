/// The metrics of a job.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

namespace sidekick {

enum class MetricType {
  counter,  ///< only grows
  gauge,    ///< the last value counts
  summary,  ///< count and sum of what was observed
};

/// One metric with its name in the format of Prometheus. Must be a constant with static lifetime: its address
/// identifies it.
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

/// The labels of one call: written in place, or those of an array. Views, as those of the labels.
class MetricLabels {
 public:
  MetricLabels() = default;
  MetricLabels(std::initializer_list<MetricLabel> labels) : labels_(std::data(labels), labels.size()) {}
  explicit MetricLabels(std::span<const MetricLabel> labels) : labels_(labels) {}

  const MetricLabel* begin() const noexcept { return labels_.data(); }
  const MetricLabel* end() const noexcept { return labels_.data() + labels_.size(); }
  std::size_t size() const noexcept { return labels_.size(); }

 private:
  std::span<const MetricLabel> labels_;
};

/// Receives metrics; the one of a job adds the label of the job. Safe from any thread; never throws; cheap enough for
/// every poll. Label values come from the program, never from outside: each distinct value is kept for ever.
class MetricSink {
 public:
  virtual ~MetricSink() = default;

  /// Adds to a counter (`value` not negative), sets a gauge, or counts one observation of a summary.
  virtual void record(const Metric& metric, double value, MetricLabels labels = {}) noexcept = 0;
};

}  // namespace sidekick
