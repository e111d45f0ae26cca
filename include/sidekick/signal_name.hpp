/// Signals by name.
#pragma once

#include <string>

namespace sidekick {

/// "SIGTERM"; "signal 70" for one that has no name.
std::string signal_name(int signal);

}  // namespace sidekick
