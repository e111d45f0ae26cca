/// What became of a run, for programs to read.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "run/attempt.hpp"

namespace sidekick::run {

using WallTime = std::chrono::system_clock::time_point;

/// One attempt. Where it could not be started there is no end, and `failure` says why.
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
  int exit_code = 0;     ///< that of this process
  std::string message;   ///< how it ended, in one line
  bool skipped = false;  ///< it was done before
  std::vector<AttemptReport> attempts;
};

/// As one JSON object. Of the attempts the last ones are kept that fit into `max_bytes`, and of the message its
/// beginning.
std::string report_json(const Report& report, std::size_t max_bytes = std::size_t{1} << 20);

/// Writes a report where it is wanted: into a file as replace_file() does (that which a link names, in place where its
/// folder does not let it be replaced), or to what else is there: a pipe, a device, our own standard output or error.
/// Throws Error: denied, cannot_create, no_input, io.
void write_report(const std::string& path, const std::string& text);

/// RFC 3339 in UTC with milliseconds.
std::string wall_time_text(WallTime time);

}  // namespace sidekick::run
