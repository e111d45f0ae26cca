/// One attempt of a job, with everything it is handed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/runtime/movement.hpp"
#include "agent/runtime/supervisor.hpp"

namespace sidekick::runtime {

struct AttemptFrame {
  const std::string& job;
  int number;
  std::optional<Clock::time_point> deadline;
  Movement& movement;
  std::chrono::milliseconds let_go;  ///< how long the work has to return once it was told to stop
  int late_code;                     ///< the exit code when the work does not let go after the deadline
};

/// Calls `work` with a context under a watchdog. Returns when it returns. Throws Error: what the work threw, every
/// other exception as kind internal; kind timeout when the deadline passed and the work failed for it.
void run_attempt(const Surroundings& around, const AttemptFrame& frame, const std::function<void(JobContext&)>& work);

}  // namespace sidekick::runtime
