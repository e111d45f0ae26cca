/// The settings of the commands about stored backups.
#pragma once

#include <span>
#include <string_view>

#include "agent/config/setting.hpp"

namespace sidekick::cli {

config::Schema backup_list_schema();
config::Schema backup_show_schema();
config::Schema backup_fetch_schema();
config::Schema backup_prune_schema();
config::Schema backup_accept_schema();

}  // namespace sidekick::cli
