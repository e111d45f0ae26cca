/// A file lock that is released when its holder ends.
#pragma once

#include <string>

#include "sidekick/fd.hpp"
#include "sidekick/job.hpp"

namespace sidekick::run {

/// Creates `path` if it is missing and locks it by flock(2) against all processes that share the folder, until the
/// descriptor is closed or the process ends in any way. Logs once that another process holds it, and blocks until it is
/// free. Throws Error: cancelled; denied, cannot_create, no_input, io if the file cannot be created.
Fd lock_file(const std::string& path, JobContext& context);

}  // namespace sidekick::run
