/// The metrics of the process, and their text for Prometheus.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "sidekick/metrics.hpp"

namespace sidekick::status {

/// Keeps every series for ever. Metrics with the same name are one; the first that is recorded sets its help and type.
/// Thread safe.
class Metrics final : public MetricSink {
 public:
  void record(const Metric& metric, double value, MetricLabels labels) noexcept override;

  /// All series in the text format of Prometheus, version 0.0.4, in the order of names and labels: HELP, TYPE and one
  /// line a series; a summary is NAME_sum and NAME_count, without quantiles.
  std::string text() const;

 private:
  struct Series {
    double value = 0;  ///< the sum of a summary
    std::uint64_t count = 0;
  };
  struct Family {
    std::string_view help;
    MetricType type = MetricType::gauge;
    std::map<std::string, Series> series;  ///< by its labels as they are written: {a="b",c="d"}
  };

  mutable std::mutex mutex_;
  std::map<std::string_view, Family> families_;
};

}  // namespace sidekick::status
