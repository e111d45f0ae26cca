/// From the values of the flags to the settings of the job.
#pragma once

#include "agent/config/resolve.hpp"
#include "mongo/connection.hpp"
#include "restore/settings.hpp"
#include "sidekick/log.hpp"

namespace sidekick::cli {

/// Checks every value by itself and against the others. Reports Error: usage for a value given by a flag that does not
/// fit, config for one given otherwise and for settings that exclude or need each other. Warns of flags that were
/// given and have no effect here.
restore::Settings restore_settings(const config::Settings& settings, Log& log);

mongo::Connection mongo_connection(const config::Values& values);

/// --workers, else the product of --numParallelCollections and --numInsertionWorkersPerCollection (each 1 unless
/// given), from 2 to 64; 2 when none of them is given.
int restore_workers(const config::Values& values);

}  // namespace sidekick::cli
