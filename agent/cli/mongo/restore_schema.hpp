/// The settings of `restore`: mongorestore's flags and ours.
#pragma once

#include <vector>

#include "agent/config/setting.hpp"

namespace sidekick::cli {

config::Schema restore_schema();

/// The flags for reaching MongoDB, which restore and dump share.
std::vector<config::Setting> mongo_connection_settings();

}  // namespace sidekick::cli
