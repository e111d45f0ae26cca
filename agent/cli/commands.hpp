/// The table of commands.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/resolve.hpp"
#include "agent/config/setting.hpp"

namespace sidekick::cli {

/// What is left of the command line when the command is known.
struct Invocation {
  std::vector<std::string> words;
  config::Environment environment;
};

struct Command {
  std::string_view name;
  std::string_view peer;  ///< the tool whose name counts as ours; empty: none
  std::string_view summary;
  int (*run)(const Invocation& invocation);  ///< returns the exit code; throws Error
  config::Schema (*schema)();                ///< nullptr for a command without flags
};

std::span<const Command> commands();

/// The command of that name or peer's name, a leading path aside; nullptr if there is none.
const Command* find_command(std::string_view word);

/// Name and peer's name of every command.
std::vector<std::string_view> command_names();

}  // namespace sidekick::cli
