/// The tree of processes, from /proc.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::run {

/// The parent of each process. Empty without /proc, or with that of another namespace. Processes come and go while this
/// reads.
std::map<pid_t, pid_t> parents();

/// The parent in the text of /proc/PID/stat, for any program name; nothing for other texts.
std::optional<pid_t> parent_in(std::string_view stat);

/// All descendants of `root`, in no particular order.
std::vector<pid_t> descendants(const std::map<pid_t, pid_t>& parents, pid_t root);

}  // namespace sidekick::run
