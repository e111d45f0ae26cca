/// Who descends from whom, as /proc tells.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::run {

/// The parent of each process there is. Empty where there is no /proc, or only that of another namespace. Processes
/// come and go while it is read.
std::map<pid_t, pid_t> parents();

/// The parent in the text of /proc/PID/stat, whatever the program's name holds; nothing for other texts.
std::optional<pid_t> parent_in(std::string_view stat);

/// All that descends from `root`, in no order.
std::vector<pid_t> descendants(const std::map<pid_t, pid_t>& parents, pid_t root);

}  // namespace sidekick::run
