#include "agent/cli/backup/admin.hpp"

#include "agent/cli/backup/table.hpp"
#include "agent/cli/output.hpp"
#include "backup/stored.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::cli {

namespace {

storage::WallTime wall_clock() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void refuse_arguments(const Administration& context) {
  if (!context.settings.arguments.empty())
    throw Error(ErrorKind::usage, "unexpected argument: '" + redact_url(context.settings.arguments.front()) + "'",
                "only flags are expected here");
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
  const auto backups = backup::stored_backups(context.storage, context.settings.values.list("job"), context.cancel);
  if (backups.empty()) context.log.warn("there is no backup", {{"storage", context.storage.where()}});
  if (context.settings.values.flag("json"))
    write_out(list_json(backups));
  else if (!backups.empty())
    write_out(list_text(backups, wall_clock(), context.zone));
}

void show_backup(const Administration& context) {
  const auto name = backup_argument(context);
  const auto found = backup::stored_backup(context.storage, job_of_latest(context), name, context.log, context.cancel);
  if (context.settings.values.flag("json")) return write_out(to_json(found.manifest));
  write_out(show_text(found.manifest, found.flaw, wall_clock(), context.zone));
}

void accept_backup(const Administration& context) {
  const auto name = backup_argument(context);
  const auto accepted = backup::accept_backup(context.storage, name, context.log, context.cancel);
  if (context.settings.values.flag("json"))
    write_out(to_json(accepted.manifest));
  else if (accepted.was_suspect)
    write_out("accepted " + name + "\n");
}

}  // namespace sidekick::cli
