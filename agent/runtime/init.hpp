/// Being the first process of a container.
#pragma once

#include <sys/types.h>

namespace sidekick::runtime {

/// Splits the process in two and returns in the new one, which is to do the work. The old one stays as a plain init:
/// it passes on every signal that asks for something, collects whatever ends, and ends as the new one does: with its
/// code, or 128 + the signal that killed it. So the statuses of children that a job starts are the job's alone. To be
/// called while there is only one thread. Throws Error of kind io.
void stay_behind_as_init();

/// The same where the process is PID 1; nothing elsewhere.
void stay_behind_if_first();

}  // namespace sidekick::runtime
