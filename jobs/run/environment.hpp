/// The environment a command is given.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sidekick::run {

using Variable = std::pair<std::string, std::string>;

/// The variables of an env file's text: NAME=VALUE, one a line, the value as it stands; empty lines and those that
/// begin with # say nothing. Throws Error of kind config that names `file` and the line's number for any other line.
std::vector<Variable> parse_env_file(std::string_view text, std::string_view file);

/// Reads such a file. Throws Error as that and as read_secret_file().
std::vector<Variable> read_env_file(const std::string& path);

/// True for letters, digits and '_' without a digit in front.
bool is_variable_name(std::string_view name) noexcept;

/// Puts `variable` into `environment` ("NAME=value"), in place of one of that name.
void set_variable(std::vector<std::string>& environment, const Variable& variable);

}  // namespace sidekick::run
