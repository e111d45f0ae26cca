/// The last word of a run where an orchestrator looks for it.
#pragma once

#include <string>
#include <string_view>

namespace sidekick::status {

/// Overwrites `path` with `text`, cut to 4 KiB on a character's boundary. Only a file that is there is written: that
/// is how Kubernetes asks for it. Failures are ignored.
void write_termination_message(const std::string& path, std::string_view text) noexcept;

}  // namespace sidekick::status
