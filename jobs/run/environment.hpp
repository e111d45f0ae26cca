/// The environment of a command.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sidekick::run {

using Variable = std::pair<std::string, std::string>;

/// Parses an env file: NAME=VALUE, one a line, values unquoted; ignores empty lines and those that begin with '#'.
/// Throws Error of kind config that names `file` and the number of the line for any other line.
std::vector<Variable> parse_env_file(std::string_view text, std::string_view file);

/// Reads and parses an env file. Throws Error as parse_env_file() and read_secret_file().
std::vector<Variable> read_env_file(const std::string& path);

/// True for letters, digits and '_' that do not begin with a digit.
bool is_variable_name(std::string_view name) noexcept;

/// Adds `variable` to `environment` ("NAME=value"), replacing one of that name.
void set_variable(std::vector<std::string>& environment, const Variable& variable);

}  // namespace sidekick::run
