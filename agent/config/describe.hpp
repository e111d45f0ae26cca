/// What people read about the settings of a command: help, man page, completions, and the values in force.
#pragma once

#include <string>
#include <vector>

#include "agent/config/resolve.hpp"
#include "agent/config/setting.hpp"

namespace sidekick::config {

/// How much of a command's settings a text shows.
enum class Extent {
  first,  ///< those that most users need: Schema::first
  all,
};

/// The help of one command, at most 100 columns wide.
std::string help(const Schema& schema, Extent extent);

/// The exit codes a command ends with, in a sentence.
std::string exit_codes_text(const Schema& schema);

/// The manual page as roff, with `version` at its foot.
std::string man_page(const Schema& schema, const std::string& version);

/// A script for bash that completes the commands named and the flags of those that have a schema.
std::string bash_completion(const std::vector<std::string>& commands, const std::vector<Schema>& schemas);

/// Every setting with its value and where it came from, one a line: "drop = true  (flag --drop)". Secrets are shown as
/// ***, URLs without credentials.
std::string print_config(const Schema& schema, const Settings& settings);

/// "-j, --numParallelCollections=N" and the like: how the flag is written.
std::string flag_syntax(const Setting& setting);

/// The help text with what follows from the description: remark, default, file twin.
std::string full_help(const Setting& setting);

/// Every variable that tells the setting, separated by commas.
std::string variables_text(const Setting& setting);

/// The settings' groups in the order of their first appearance.
std::vector<std::string_view> groups(const Schema& schema);

}  // namespace sidekick::config
