#include "run/environment.hpp"

#include <algorithm>

#include "sidekick/error.hpp"
#include "sidekick/lines.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::run {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

/// The message does not quote the line, which may be a secret.
Error bad_line(std::string_view file, int number, const std::string& cause) {
  return {ErrorKind::config, "env file '" + std::string(file) + "', line " + std::to_string(number) + ": " + cause,
          "write NAME=VALUE, one per line"};
}

}  // namespace

bool is_variable_name(std::string_view name) noexcept {
  return !name.empty() && !is_digit(name.front()) && std::ranges::all_of(name, is_word);
}

std::vector<Variable> parse_env_file(std::string_view text, std::string_view file) {
  std::vector<Variable> out;
  for (int number = 1; !text.empty(); number++) {
    auto line = take_line(text);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos || line.front() == '#') continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) throw bad_line(file, number, "the '=' is missing");
    if (!is_variable_name(line.substr(0, equals)))
      throw bad_line(file, number, "the text before '=' is not a valid name");
    if (line.find('\0') != std::string_view::npos) throw bad_line(file, number, "it contains a zero byte");
    out.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return out;
}

std::vector<Variable> read_env_file(const std::string& path) {
  return parse_env_file(read_secret_file(path, "--env-file").reveal(), path);
}

void set_variable(std::vector<std::string>& environment, const Variable& variable) {
  const auto name = variable.first + "=";
  std::erase_if(environment, [&](const std::string& one) { return one.starts_with(name); });
  environment.push_back(name + variable.second);
}

}  // namespace sidekick::run
