/// From the values of the flags to the settings of a backup.
#pragma once

#include "agent/config/resolve.hpp"
#include "agent/runtime/timetable.hpp"
#include "backup/settings.hpp"
#include "filters/age.hpp"
#include "sidekick/log.hpp"

namespace sidekick::cli {

/// All that `backup` can be told.
config::Schema backup_schema();

/// What the job is told, but for its tasks, its storage and the environment of its hooks. Checks every value by itself
/// and against the others; reads the files of keys and touches nothing else. Reports Error: usage for a value given by
/// a flag that does not fit, config for one given otherwise and for settings that exclude or need each other, and as
/// reading a file does. Warns of what has no effect.
backup::Settings backup_settings(const config::Values& values, const config::Environment& environment, Log& log);

/// When backups are taken, without where earlier runs are recorded; nothing where one is taken at once. Reports Error
/// for a schedule that is none.
std::optional<runtime::Timetable> backup_timetable(const config::Values& values,
                                                   const config::Environment& environment);

/// True where --every counts: --one-time as a flag beats a schedule from the environment, so that one more backup can
/// be taken inside the container of a service.
bool follows_schedule(const config::Values& values);

/// The rules of --keep; nothing where it was not given. Reports Error for rules that are none, naming the flag.
std::optional<backup::KeepRules> keep_rules(const config::Values& values);

/// The private keys in the files of --identity-file. Reports Error for what holds none; shows nothing of a key that was
/// given in place of its file.
std::vector<filters::AgeIdentity> age_identities(const config::Values& values);

/// A share from 0 to 1 of "50%" or "50"; nothing for what is none from 0 to 100. Pure.
std::optional<double> parse_percent(std::string_view text);

}  // namespace sidekick::cli
