/// The commands about the program itself.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

/// The list of commands.
std::string overview();

/// "sidekick 1.2.3" and a line break.
std::string version_text();

/// The text that --help-all, --help, --man or --version asks for; nothing where `is_given` is true for none of them.
std::optional<std::string> answer(const config::Schema& schema, const std::function<bool(std::string_view)>& is_given);

int run_help(const Invocation& invocation);
int run_version(const Invocation& invocation);

}  // namespace sidekick::cli
