#include "agent/cli/backup/admin.hpp"

#include <algorithm>

#include "agent/cli/backup/table.hpp"
#include "agent/cli/output.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"
#include "storage/catalog.hpp"

namespace sidekick::cli {

using storage::Catalog;
using storage::Entry;

namespace {

storage::WallTime wall_clock() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void refuse_arguments(const Administration& context) {
  if (!context.settings.arguments.empty())
    throw Error(ErrorKind::usage, "unexpected argument: '" + redact_url(context.settings.arguments.front()) + "'",
                "only flags are expected here");
}

std::vector<Entry> backups_of(const Administration& context, const std::vector<std::string>& jobs) {
  if (jobs.size() == 1) return Catalog(context.storage, jobs.front()).entries(context.cancel);
  auto all = Catalog(context.storage, "").entries(context.cancel);
  if (!jobs.empty())
    std::erase_if(all, [&](const Entry& each) { return std::ranges::find(jobs, each.name().job) == jobs.end(); });
  return all;
}

/// What is wrong with the object of a backup; empty where it is there with its size.
std::string flaw_of(const Administration& context, const storage::Manifest& backup) {
  for (auto& listed : Catalog(context.storage, backup.job).listing(context.cancel))
    if (listed.name.text() == backup.name) return Entry{std::move(listed), backup, {}}.flaw();
  return {};
}

}  // namespace

std::string backup_argument(const Administration& context) {
  const auto& arguments = context.settings.arguments;
  if (arguments.empty())
    throw Error(ErrorKind::usage, "the name of a backup is missing", "'sidekick backup list' prints the names");
  if (arguments.size() > 1) throw Error(ErrorKind::usage, "unexpected argument: '" + redact_url(arguments[1]) + "'");
  return arguments.front();
}

std::string job_of_latest(const Administration& context) {
  const auto jobs = context.settings.values.list("job");
  if (jobs.size() > 1) throw context.settings.values.bad_value("job", "exactly one job must be named");
  return jobs.empty() ? std::string() : jobs.front();
}

void list_backups(const Administration& context) {
  refuse_arguments(context);
  const auto backups = backups_of(context, context.settings.values.list("job"));
  if (backups.empty()) context.log.warn("there is no backup", {{"storage", context.storage.where()}});
  if (context.settings.values.flag("json"))
    write_out(list_json(backups));
  else if (!backups.empty())
    write_out(list_text(backups, wall_clock(), context.zone));
}

void show_backup(const Administration& context) {
  const auto name = backup_argument(context);
  const auto backup = Catalog(context.storage, job_of_latest(context)).find(name, context.log, context.cancel);
  if (context.settings.values.flag("json")) return write_out(to_json(backup));
  write_out(show_text(backup, flaw_of(context, backup), wall_clock(), context.zone));
}

/// A suspect backup is never removed but by hand, so that nobody deletes what is replaced here.
void accept_backup(const Administration& context) {
  const auto name = backup_argument(context);
  if (name == "latest")
    throw Error(ErrorKind::usage, "'latest' is not the name of a backup",
                "name the suspect one, as 'backup list' prints it");
  auto backup = Catalog(context.storage, "").find(name, context.log, context.cancel);
  const bool was_suspect = std::exchange(backup.suspect, false);
  if (was_suspect)
    context.storage.replace(storage::manifest_name(name), to_json(backup), context.cancel);
  else
    context.log.warn("the backup '" + name + "' was not suspect");
  if (context.settings.values.flag("json"))
    write_out(to_json(backup));
  else if (was_suspect)
    write_out("accepted " + name + "\n");
}

}  // namespace sidekick::cli
