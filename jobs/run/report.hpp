/// The machine-readable report of a run.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "run/attempt.hpp"

namespace sidekick::run {

using WallTime = std::chrono::system_clock::time_point;

/// One attempt. Without an end it could not be started, and `failure` has the reason.
struct AttemptReport {
  int number = 1;
  WallTime started;
  std::chrono::nanoseconds took{0};
  std::optional<AttemptEnd> end;
  std::string failure;
};

struct Report {
  std::string program;
  WallTime started;
  WallTime ended;
  int exit_code = 0;     ///< of this process
  std::string message;   ///< the outcome in one line
  bool skipped = false;  ///< it has succeeded before
  std::vector<AttemptReport> attempts;
};

/// The report as one JSON object of at most `max_bytes`, with as many of the last attempts as fit, and the beginning of
/// the message.
std::string report_json(const Report& report, std::size_t max_bytes = std::size_t{1} << 20);

/// Writes a report to `path`: replaces a file as replace_file() does (following a link; in place if the folder does not
/// permit a replacement), or writes to a pipe, a device, or our standard output or error. Throws Error: denied,
/// cannot_create, no_input, io.
void write_report(const std::string& path, const std::string& text);

/// RFC 3339 in UTC with milliseconds.
std::string wall_time_text(WallTime time);

}  // namespace sidekick::run
