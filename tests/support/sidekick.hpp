/// The program under test, called as a user calls it.
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace sidekick::test {

/// $SIDEKICK_BIN, else the binary of this build.
std::string sidekick_binary();

/// Whether it is of a build with a sanitizer, whose memory and time tell nothing of those of others.
bool is_sanitized();

/// `sidekick mongorestore FLAGS…`, logging JSON lines.
Command restore_command(std::vector<std::string> flags);

/// Runs it to its end.
Finished restore(std::vector<std::string> flags,
                 std::chrono::steady_clock::duration deadline = std::chrono::minutes(2));

/// `sidekick WORDS…`, run to its end.
Finished sidekick_run(std::vector<std::string> words,
                      std::chrono::steady_clock::duration deadline = std::chrono::minutes(2));

/// The lines of stderr with `"level":"error"`.
std::vector<std::string> error_lines(const Finished& finished);

}  // namespace sidekick::test
