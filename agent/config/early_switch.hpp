/// A switch that must be known before the settings are validated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/resolve.hpp"

namespace sidekick::config {

/// What the switch `name` of the schema is set to: by the last of its flags before a `--`, else by its variable. False
/// where nothing sets it, where the text is not a switch, and where the schema has no such switch. Pure: other words
/// and variables may be invalid.
bool early_switch(const Schema& schema, std::string_view name, const std::vector<std::string>& words,
                  const Environment& environment);

}  // namespace sidekick::config
