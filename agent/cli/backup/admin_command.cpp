#include "agent/cli/backup/admin_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>

#include "agent/cli/backup/admin.hpp"
#include "agent/cli/backup/admin_schema.hpp"
#include "agent/cli/backup/storage_schema.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/meta/commands.hpp"
#include "agent/cli/output.hpp"
#include "agent/cli/zone_name.hpp"
#include "agent/config/describe.hpp"
#include "agent/config/duration.hpp"
#include "agent/runtime/lifecycle.hpp"
#include "agent/runtime/signals.hpp"
#include "agent/runtime/watchdog.hpp"
#include "storage/open_storage.hpp"

namespace sidekick::cli {

namespace {

struct AdminCommand {
  std::string_view word;
  config::Schema (*schema)();
  void (*run)(const Administration& context);
};

constexpr std::array<AdminCommand, 5> table{{{"list", backup_list_schema, list_backups},
                                             {"show", backup_show_schema, show_backup},
                                             {"fetch", backup_fetch_schema, fetch_backup},
                                             {"prune", backup_prune_schema, prune_backups},
                                             {"accept", backup_accept_schema, accept_backup}}};

/// In the container of a backup service its own settings are in the environment too, and not all of them for us.
config::Environment own_part(const config::Schema& schema, const config::Environment& all) {
  config::Environment own;
  for (const auto& setting : schema.settings)
    for (const auto* ending : {"", "_FILE"})
      if (const auto found = all.find(config::environment_name(setting.name) + ending); found != all.end())
        own.insert(*found);
  for (const auto& variable : all)
    if (!variable.first.starts_with("SIDEKICK_")) own.insert(variable);
  return own;
}

/// The text that --help or a flag like it asks for.
std::optional<std::string> text_asked_for(const config::Schema& schema, const config::Settings& settings) {
  auto text = answer(schema, [&](std::string_view name) { return settings.values.flag(name); });
  if (!text && settings.values.flag("print-config")) text = config::print_config(schema, settings);
  return text;
}

/// Cancels `work` when --timeout is over. Work that is not over then writes what it has, and is not ended under it: a
/// pager may read it.
void within_time(const config::Values& values, runtime::Interrupt& interrupt,
                 const std::function<void(const CancelToken&)>& work) {
  const auto limit = values.duration("timeout");
  if (limit && limit->count() == 0) throw values.bad_value("timeout", "a limit of zero");
  SystemClock clock;
  const auto deadline = limit ? clock.now() + *limit : Clock::time_point::max();
  const runtime::Watchdog watchdog(clock, interrupt, deadline, 0, [](int) {});
  try {
    work(watchdog.token());
  } catch (const Error& error) {
    if (!watchdog.timed_out() || error.kind() != ErrorKind::cancelled) throw;
    throw Error(ErrorKind::timeout, "not finished within " + config::format_duration(*limit) + " (--timeout)",
                "the storage is slow or does not answer");
  }
}

void run_admin(const AdminCommand& command, const std::vector<std::string>& words,
               const config::Environment& environment, runtime::Interrupt& interrupt) {
  const auto schema = command.schema();
  const auto settings = config::resolve(schema, words, own_part(schema, environment));
  if (const auto text = text_asked_for(schema, settings)) return write_out(*text);
  status::Console console(STDERR_FILENO);
  const auto& values = settings.values;
  // What was asked for is on standard output: the log is for what is out of the ordinary.
  const bool says_level = values.given("log-level") || values.count("verbose") > 0 || values.flag("quiet");
  status::ConsoleLog sink(console, log_format_of(values, console),
                          says_level ? log_level_of(values) : LogLevel::warning);
  status::JobLog log(sink, std::string(schema.command), 0);
  for (const auto& warning : settings.warnings) log.warn(warning);
  runtime::use_files_and_dns();
  const auto zone = zone_name(environment);
  if (!values.given("to"))
    throw Error(ErrorKind::usage, "no storage is given",
                "give --to=STORAGE or SIDEKICK_TO: dir:/folder, s3://bucket/prefix, or sftp://user@host/path");
  const auto storage = storage::open_storage(values.text("to"), storage_access(values, environment, log));
  within_time(values, interrupt, [&](const CancelToken& cancel) {
    command.run({settings, *storage, zone, schedule::TimeZone::named(zone), log, cancel});
  });
}

}  // namespace

std::vector<config::Schema> backup_admin_schemas() {
  std::vector<config::Schema> out;
  out.reserve(table.size());
  for (const auto& command : table) out.push_back(command.schema());
  return out;
}

std::optional<int> run_backup_admin(const Invocation& invocation) {
  if (invocation.words.empty()) return std::nullopt;
  const auto* const command = std::ranges::find(table, invocation.words.front(), &AdminCommand::word);
  if (command == table.end()) return std::nullopt;
  runtime::Interrupt interrupt;
  const runtime::SignalThread signals(interrupt);
  try {
    run_admin(*command, {invocation.words.begin() + 1, invocation.words.end()}, invocation.environment, interrupt);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled && interrupt.signal()) return 128 + *interrupt.signal();
    throw;
  }
  return 0;
}

}  // namespace sidekick::cli
