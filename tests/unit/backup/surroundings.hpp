/// What a source of a backup is run with, in a test's hands.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "sidekick/clock.hpp"
#include "sidekick/job.hpp"
#include "tests/unit/support/virtual_clock.hpp"

namespace sidekick::test {

class LineLog final : public Log {
 public:
  void write(LogLevel, std::string_view message, LogFields fields) noexcept override {
    const std::lock_guard lock(mutex_);
    std::string line(message);
    for (const auto& field : fields)
      if (const auto* text = std::get_if<std::string_view>(&field.value))
        line.append(" ").append(field.key).append("=").append(*text);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// A context that counts progress and keeps the log.
class Surroundings final : public StatusSink, public MetricSink {
 public:
  void progress(const Progress& progress) noexcept override { progressed = progress.done; }
  void ready() noexcept override {}
  void record(const Metric&, double, MetricLabels) noexcept override {}

  VirtualClock clock;
  CancelSource stop;
  LineLog log;
  std::uint64_t progressed = 0;
  JobContext context{clock, stop.token(), *this, *this, log};
};

}  // namespace sidekick::test
