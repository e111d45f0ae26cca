/// Shows how far a job is.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "agent/status/console.hpp"
#include "agent/status/event.hpp"
#include "sidekick/clock.hpp"
#include "sidekick/job.hpp"

namespace sidekick::status {

/// "41.2 MiB of 120 MiB", "3000 documents", "4 of 9 collections".
std::string progress_text(const Progress& progress);

/// "[=====>    ]  52 %  41.2 MiB of 120 MiB", at most `width` columns; without a total no box and no share.
std::string progress_bar(const Progress& progress, int width);

/// Draws a bar where the console is a terminal, at most ten times a second; elsewhere writes a line of the log every
/// 10 s of the clock. Thread safe.
class ProgressDisplay final : public StatusSink {
 public:
  ProgressDisplay(Clock& clock, Console& console, Log& log);
  ~ProgressDisplay() override;
  void progress(const Progress& progress) noexcept override;
  void ready() noexcept override {}

 private:
  void show(const Progress& progress);

  Clock& clock_;
  Console& console_;
  Log& log_;
  std::mutex mutex_;
  Clock::time_point next_;
};

}  // namespace sidekick::status
