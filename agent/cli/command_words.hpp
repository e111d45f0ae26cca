/// Telling our own words from those of the command behind `--`.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sidekick::cli {

struct CommandWords {
  std::vector<std::string> ours;
  std::optional<std::vector<std::string>> command;  ///< absent without a `--`; never empty
};

/// Splits at the first `--`. Throws Error of kind usage where nothing follows it: an ENTRYPOINT that lost its CMD must
/// not look like a success.
CommandWords split_at_command(const std::vector<std::string>& words);

}  // namespace sidekick::cli
