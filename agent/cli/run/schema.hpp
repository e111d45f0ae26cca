/// What `run` can be told.
#pragma once

#include "agent/config/setting.hpp"

namespace sidekick::cli {

config::Schema command_schema();

}  // namespace sidekick::cli
