#include "tests/support/sidekick.hpp"

#include <cstdlib>
#include <sstream>

namespace sidekick::test {

std::string sidekick_binary() {
  const char* named = std::getenv("SIDEKICK_BIN");
  return named && *named ? named : SIDEKICK_BUILT_BINARY;
}

bool is_sanitized() {
  const auto binary = sidekick_binary();
  return binary.find("/asan/") != std::string::npos || binary.find("/tsan/") != std::string::npos;
}

Command restore_command(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {sidekick_binary(), "mongorestore"});
  return {std::move(flags)};
}

Finished restore(std::vector<std::string> flags, std::chrono::steady_clock::duration deadline) {
  return run(restore_command(std::move(flags)), deadline);
}

Finished sidekick_run(std::vector<std::string> words, std::chrono::steady_clock::duration deadline) {
  words.insert(words.begin(), sidekick_binary());
  return run({std::move(words)}, deadline);
}

std::vector<std::string> error_lines(const Finished& finished) {
  std::vector<std::string> lines;
  std::istringstream all(finished.err);
  for (std::string line; std::getline(all, line);)
    if (line.find("\"level\":\"error\"") != std::string::npos) lines.push_back(line);
  return lines;
}

}  // namespace sidekick::test
