/// Being the first process of a container.
#pragma once

#include <sys/types.h>

namespace sidekick::runtime {

/// Forks, and returns in the child, which does the work. The parent stays as a plain init: it forwards signals, reaps
/// orphans, and exits as the child does: with its code, or 128 + the signal that killed it. So only the job waits for
/// the children that it starts. Call it while there is only one thread. Throws Error of kind io.
void stay_behind_as_init();

/// The same if the process is PID 1; otherwise does nothing.
void stay_behind_if_first();

}  // namespace sidekick::runtime
