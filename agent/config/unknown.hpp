/// Finds variables that look like settings but are not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/resolve.hpp"
#include "agent/config/setting.hpp"

namespace sidekick::config {

/// A warning for each variable that has the prefix of sidekick or of a peer and is not a setting; it names the nearest.
/// Ignores what Kubernetes sets for a service of such a name, except SIDEKICK_PORT, which is reported.
std::vector<std::string> unknown_variables(const Schema& schema, const Environment& environment);

/// True for SIDEKICK_PORT=tcp://…: Kubernetes describes every service to every container of its namespace, in the form
/// of Docker's old links.
bool is_injected_link(std::string_view variable, std::string_view text);

}  // namespace sidekick::config
