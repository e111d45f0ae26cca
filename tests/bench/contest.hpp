/// Programs that do the same, timed one after another in rounds.
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace sidekick::test {

struct Contender {
  std::string name;
  std::vector<std::string> words;
  bool compressed = false;  ///< it writes less than there is
  std::vector<Finished> runs{};
};

/// Whether a shell finds the program.
bool on_path(const std::string& program);

/// Runs it once more, for five minutes at most. Throws std::runtime_error where it does not end with 0.
void run_once(Contender& contender);

/// Prints the medians of each one's runs and their ratios to those of the contender called "yardstick".
void print(const std::vector<Contender>& all);

}  // namespace sidekick::test
