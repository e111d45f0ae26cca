/// What `dump` can be told: mongodump's flags and ours.
#pragma once

#include "agent/config/setting.hpp"

namespace sidekick::cli {

config::Schema dump_schema();

}  // namespace sidekick::cli
