/// What `restore` can be told: mongorestore's flags and ours.
#pragma once

#include <vector>

#include "agent/config/setting.hpp"

namespace sidekick::cli {

config::Schema restore_schema();

/// The flags that say how to reach a MongoDB, which the tools of this family share.
std::vector<config::Setting> mongo_connection_settings();

}  // namespace sidekick::cli
