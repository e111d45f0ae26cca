#include "agent/cli/seed/settings.hpp"

#include <filesystem>

#include "agent/cli/backup/settings.hpp"
#include "agent/cli/lease_holder.hpp"
#include "agent/cli/mongo/connection_string.hpp"
#include "agent/cli/mongo/restore_settings.hpp"

namespace sidekick::cli {

using config::Values;

namespace {

std::string seed_name(const Values& values) {
  const auto name = values.text("name");
  if (!seed::is_seed_name(name))
    throw values.bad_value("name", "not a name of a seed", "use letters, digits, '-', '_' and '.'");
  return name;
}

std::chrono::seconds lease_of(const Values& values) {
  const auto lease = values.duration("lease").value_or(seed::Settings().lease);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lease);
  if (seconds < std::chrono::seconds(1) || seconds > std::chrono::hours(1) || seconds != lease)
    throw values.bad_value("lease", "not a number of whole seconds, up to an hour", "15s");
  return seconds;
}

restore::Settings input_of(const Values& values) {
  if (!values.given("archive"))
    values.report({ErrorKind::usage, "no content is given", "give --archive=FILE, or a dump folder"});
  restore::Settings out;
  out.connection = mongo_connection(values);
  out.path = values.text("archive");
  std::error_code ignored;
  const bool is_folder = values.reads_files() && std::filesystem::is_directory(out.path, ignored);
  out.input = is_folder ? restore::Input::folder : restore::Input::archive_file;
  out.identities = age_identities(values);
  out.db = values.text("db");
  out.db_of_uri = is_database_of_uri(values);
  out.ns_include = values.list("nsInclude");
  out.ns_exclude = values.list("nsExclude");
  out.ns_from = values.list("nsFrom");
  out.ns_to = values.list("nsTo");
  if (out.ns_from.size() != out.ns_to.size())
    values.report({ErrorKind::config, "--nsFrom was given " + std::to_string(out.ns_from.size()) +
                                          " times and --nsTo " + std::to_string(out.ns_to.size()) +
                                          " times: give them in pairs"});
  out.workers = values.integer("workers", 1, 64).value_or(out.workers);
  return out;
}

seed::Policies policies_of(const Values& values) {
  seed::Policies out;
  const auto on_change = values.choice("on-change", {"keep", "replace", "refuse"});
  if (on_change == "replace") out.on_change = seed::OnChange::replace;
  if (on_change == "refuse") out.on_change = seed::OnChange::refuse;
  const auto existing = values.choice("existing", {"refuse", "keep", "replace"});
  if (existing == "keep") out.existing = seed::Existing::keep;
  if (existing == "replace") out.existing = seed::Existing::replace;
  if (values.choice("on-missing", {"seed", "keep"}) == "keep") out.on_missing = seed::OnMissing::keep;
  out.again = values.flag("again");
  return out;
}

}  // namespace

seed::Settings seed_settings(const config::Settings& told, Log& log) {
  const auto settings = with_connection_string(told);
  const auto& values = settings.values;
  warn_of_admin(values, log);
  if (!settings.arguments.empty())
    values.report({ErrorKind::usage, "unexpected argument: '" + redact_url(settings.arguments.front()) + "'",
                   "seed takes its content with --archive"});
  seed::Settings out;
  out.name = values.judge([&] { return seed_name(values); });
  out.label = values.text("label");
  out.holder = lease_holder(values);
  out.policies = policies_of(values);
  out.lease = values.judge([&] { return lease_of(values); });
  out.dry_run = values.flag("dry-run");
  out.restore = input_of(values);
  return out;
}

}  // namespace sidekick::cli
