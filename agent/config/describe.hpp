/// The texts about the settings of a command: help, man page, completions, and the values in effect.
#pragma once

#include <string>
#include <vector>

#include "agent/config/resolve.hpp"
#include "agent/config/setting.hpp"

namespace sidekick::config {

/// How many of a command's settings a text shows.
enum class Extent {
  first,  ///< those that most users need: Schema::first
  all,
};

/// The help of one command, at most 100 columns wide.
std::string help(const Schema& schema, Extent extent);

/// The exit codes of a command, in a sentence.
std::string exit_codes_text(const Schema& schema);

/// The manual page as roff, with `version` at its foot.
std::string man_page(const Schema& schema, const std::string& version);

/// A script for bash that completes the given commands and the flags of those that have a schema.
std::string bash_completion(const std::vector<std::string>& commands, const std::vector<Schema>& schemas);

/// Every setting with its value and source, one per line: "drop = true  (flag --drop)". Secrets are shown as ***, URLs
/// without credentials.
std::string print_config(const Schema& schema, const Settings& settings);

/// "-j, --numParallelCollections=N": the syntax of the flag.
std::string flag_syntax(const Setting& setting);

/// The help text with everything derived from the description: remark, default, file twin.
std::string full_help(const Setting& setting);

/// Every variable that sets the setting, separated by commas.
std::string variables_text(const Setting& setting);

/// The groups of the settings in the order of first appearance.
std::vector<std::string_view> groups(const Schema& schema);

}  // namespace sidekick::config
