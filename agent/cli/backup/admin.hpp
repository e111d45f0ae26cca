/// What the commands about stored backups do, once it is known what they were told.
#pragma once

#include <string>

#include "agent/config/resolve.hpp"
#include "schedule/time_zone.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/log.hpp"
#include "storage/storage.hpp"

namespace sidekick::cli {

struct Administration {
  const config::Settings& settings;
  storage::Storage& storage;
  const std::string& zone_name;
  schedule::TimeZone zone;
  Log& log;
  CancelToken cancel;
};

/// Each prints what it was asked for on standard output. Throws Error: usage and config for arguments and values that
/// do not fit, no_input for a backup that is not there, and as the storage does.
void list_backups(const Administration& context);
void show_backup(const Administration& context);
void accept_backup(const Administration& context);

/// Throws Error of kind data too, for a backup that is damaged: then there is no file.
void fetch_backup(const Administration& context);

/// Throws Error of kind temporary too, where a backup of the job is being taken for longer than one would wait.
void prune_backups(const Administration& context);

/// The one name that was given. Throws Error of kind usage.
std::string backup_argument(const Administration& context);

/// The job that --job names, empty where it does not. Throws Error of kind usage where it names several.
std::string job_of_latest(const Administration& context);

}  // namespace sidekick::cli
