/// Combines flags, environment, file and defaults.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/flags.hpp"
#include "agent/config/review.hpp"
#include "agent/config/setting.hpp"
#include "agent/config/values.hpp"

namespace sidekick::config {

using Environment = std::map<std::string, std::string, std::less<>>;

/// The process's own environment, read once at the start.
Environment environment_of(const char* const* variables);

struct Settings {
  Values values;
  std::vector<std::string> arguments;
  /// The words of the program that a job is to run, such as those after `--`; never empty. Not filled by resolve().
  std::optional<std::vector<std::string>> command{};
  std::vector<std::string> warnings;  ///< lines for the log, such as an unknown variable
};

/// For each setting, a flag beats the environment, the environment beats the file, and the file beats the default. A
/// value by its `-file` twin counts as one of that source; both in one source is a problem of kind config. Among
/// variables ours beats the peer's, of which the last described counts, and those beat a generic one. A deprecated
/// variable or flag that is used is a warning. A deprecated setting that is given, and not as 0, replaces its
/// successor. A peer's variable may be empty only where its flag may. The file is the YAML that --config names, if the
/// schema has such a setting. One trailing line break is not part of a value from a variable or a file; any other
/// control character is a problem of kind config (usage for a flag), except for line breaks and tabs where a value may
/// span lines. Variables that begin with SIDEKICK_ and are not a setting become warnings, and so does the
/// SIDEKICK_PORT=tcp://… that Kubernetes sets.
///
/// Adds every problem to `review`, those of parse_flags(), read_secret_file() and read_config_file() too; a value with
/// a problem counts as not given. Where files are not touched, the value of a `-file` twin is unread, and the YAML file
/// is left out. The values that it returns are under `review`, which outlives them.
Settings resolve(const Schema& schema, const std::vector<std::string>& words, const Environment& environment,
                 Review& review);

/// The same, but reads files, throws the first problem, and returns values that are under no review.
Settings resolve(const Schema& schema, const std::vector<std::string>& words, const Environment& environment);

/// True for an environment variable that is named for the peer, not for git.
bool is_named_for_peer(std::string_view variable);

/// The values in one variable of a repeated setting: one per line, or without a line break separated by commas.
std::vector<std::string> split_list(const std::string& text);

}  // namespace sidekick::config
