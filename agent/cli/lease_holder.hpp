/// What a lease says of the process that holds it, so that people find it among many nodes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/values.hpp"

namespace sidekick::cli {

/// --task and --node: a container cannot find out what they are called.
std::vector<config::Setting> task_settings(std::string_view group);

/// "shop_backup.1.x7k2 at node-3 (host 3f2a9c, process 7)"; without --task and --node "host 3f2a9c, process 7".
std::string lease_holder(const config::Values& values);

}  // namespace sidekick::cli
