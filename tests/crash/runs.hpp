/// How often and by which dice the crash tests kill.
#pragma once

namespace sidekick::test {

/// $CRASH_RUNS, else 20.
int crash_runs();

/// $CRASH_SEED, which repeats a run, else another each time; said aloud.
unsigned crash_seed();

}  // namespace sidekick::test
