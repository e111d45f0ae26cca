/// The last line of a run, where an orchestrator looks for it.
#pragma once

#include <string>
#include <string_view>

namespace sidekick::status {

/// Overwrites `path` with `text`, cut to 4 KiB at a character boundary. Writes only to an existing file: that is how
/// Kubernetes asks for it. Ignores failures.
void write_termination_message(const std::string& path, std::string_view text) noexcept;

}  // namespace sidekick::status
