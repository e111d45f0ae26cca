#include "agent/cli/command_words.hpp"

#include <algorithm>

#include "sidekick/error.hpp"

namespace sidekick::cli {

CommandWords split_at_command(const std::vector<std::string>& words) {
  const auto dashes = std::ranges::find(words, "--");
  CommandWords out{{words.begin(), dashes}, {}};
  if (dashes == words.end()) return out;
  if (dashes + 1 == words.end())
    throw Error(ErrorKind::usage, "there is no command after '--'",
                "an image with this ENTRYPOINT needs a CMD, or the service needs a command");
  if ((dashes + 1)->empty()) throw Error(ErrorKind::usage, "the command after '--' is empty");
  out.command.emplace(dashes + 1, words.end());
  return out;
}

}  // namespace sidekick::cli
