/// Variables that look like settings and are none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/resolve.hpp"
#include "agent/config/setting.hpp"

namespace sidekick::config {

/// A warning for each variable that is named for us, or for a peer of the schema's, and is no setting: it names the
/// nearest. What Kubernetes sets for a service of such a name is passed over, but for SIDEKICK_PORT, which is said.
std::vector<std::string> unknown_variables(const Schema& schema, const Environment& environment);

/// True for SIDEKICK_PORT=tcp://…: Kubernetes describes every service to every container of its namespace, in the form
/// of Docker's old links.
bool is_injected_link(std::string_view variable, std::string_view text);

}  // namespace sidekick::config
