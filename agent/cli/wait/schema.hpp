/// All that `wait` can be told.
#pragma once

#include "agent/config/setting.hpp"

namespace sidekick::cli {

config::Schema wait_schema();

}  // namespace sidekick::cli
