/// From the texts of --from to the tasks of a backup.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/resolve.hpp"
#include "backup/settings.hpp"

namespace sidekick::cli {

/// One text of --from, recognised: "mongodb", "dir" or "exec", and what follows it. A connection string stays whole.
struct SourceText {
  std::string kind;
  std::string rest;
};

/// Throws Error of kind usage for what is no source, with those there are; the text is shown without credentials.
SourceText parse_source(std::string_view text);

/// A name of a job made of `text`: what may not be in one becomes '-'; "backup" where nothing is left. Pure.
std::string job_name_from(std::string_view text);

/// The names of the jobs for sources that would be called `own`: as many as there are of those. `given` is what --job
/// says. Throws Error of kind config where two would be the same, a name is none, or there are too many. Pure.
std::vector<std::string> job_names(const std::vector<std::string>& own, const std::vector<std::string>& given);

/// The sources that the settings name, ready to be backed up; nothing is touched. `environment` is that of commands,
/// "NAME=value". Reports Error: usage or config for what does not fit.
std::vector<backup::Task> backup_tasks(const config::Values& values, const std::vector<std::string>& environment);

}  // namespace sidekick::cli
