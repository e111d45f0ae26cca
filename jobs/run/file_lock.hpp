/// A lock on a file that ends with its holder.
#pragma once

#include <string>

#include "sidekick/fd.hpp"
#include "sidekick/job.hpp"

namespace sidekick::run {

/// Makes `path` if it is not there and locks it by flock(2), which holds between all processes that share the folder,
/// until the descriptor is closed or the process ends, however it does. Where another holds it, that is said once and
/// waited for until it is free. Throws Error: cancelled; denied, cannot_create, no_input, io where there can be no such
/// file.
Fd lock_file(const std::string& path, JobContext& context);

}  // namespace sidekick::run
