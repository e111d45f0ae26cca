/// What `backup` can be told.
#pragma once

#include "agent/config/setting.hpp"

namespace sidekick::cli {

config::Schema backup_schema();

}  // namespace sidekick::cli
