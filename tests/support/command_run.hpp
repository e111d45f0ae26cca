/// `sidekick run` with a child that misbehaves.
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace sidekick::test {

/// Where the program runs.
enum class Place {
  ordinary,
  first_process,  ///< as PID 1 of a namespace
};

/// The path of the program of tests/support/programs/misbehave.cpp.
std::string misbehave();

/// `sidekick WORDS…`. Skips the test where there can be no namespace.
Command sidekick_command(Place place, const std::vector<std::string>& words);

/// `sidekick run FLAGS… -- WORDS…`. Skips the test where there can be no namespace.
Command run_command(Place place, std::vector<std::string> flags, std::vector<std::string> words);

/// The same with `misbehave WORDS…`.
Command run_misbehave(Place place, std::vector<std::string> flags, std::vector<std::string> words);

/// The id of the sidekick that `child` is, or that it started as a namespace's first process; waits for that.
pid_t sidekick_of(const Child& child);

/// True when no process has that id, or only one that nobody has collected yet.
bool is_over(pid_t pid);

/// The children of a process, dead ones too.
std::vector<pid_t> children_of(pid_t pid);

/// What runs below the keeper of a `sidekick run`: its command and orphans, dead ones too.
std::vector<pid_t> kept_of(pid_t sidekick);

}  // namespace sidekick::test
