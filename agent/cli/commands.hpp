/// The table of commands.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/cli/http_endpoints.hpp"
#include "agent/config/resolve.hpp"
#include "agent/config/setting.hpp"
#include "agent/runtime/job_plan.hpp"
#include "agent/status/console_log.hpp"

namespace sidekick::cli {

/// What is left of the command line when the command is known.
struct Invocation {
  std::vector<std::string> words;
  config::Environment environment;
  std::optional<std::vector<std::string>> command{};  ///< as Settings::command
};

/// What the process is to the programs that it starts.
enum class Wraps {
  nothing,          ///< they are tools of its job
  another_program,  ///< it stands for one: it is PID 1 itself, passes signals on, and leaves TZ to the program
  until_its_end,    ///< it becomes one when its job is done: it is PID 1 itself, and leaves TZ to the program
};

/// How the process around a job differs from the usual one. Known before the settings are judged.
struct ProcessRules {
  Wraps wraps = Wraps::nothing;
  /// For invalid settings; a running job has that of its policy.
  runtime::ExitCodeOf exit_code_of = runtime::own_exit_code;
  /// The form of the log unless --log-format is given; nothing: that of `auto`.
  std::optional<status::LogFormat> log_format = {};
  /// Told of the error where the settings are invalid; may be absent.
  std::function<void(const Error&, Log&)> refused = {};
};

/// A row of the table. It has either `run` or `plan`.
struct Command {
  std::string_view name;
  std::string_view peer;  ///< the tool whose name counts as ours; empty: none
  std::string_view summary;
  config::Schema (*schema)() = nullptr;  ///< nullptr for a command without flags

  /// Without a job: returns the exit code; throws Error.
  int (*run)(const Invocation& invocation) = nullptr;

  /// With a job: makes its plan.
  runtime::MakePlan* plan = nullptr;
  /// Where the process answers over HTTP; nothing: nowhere.
  std::optional<HttpPlan> (*http)(const config::Values& values) = nullptr;
  /// What is known of the process before its settings are read: those that it gets have read no file, and may have
  /// problems. nullptr: the usual rules.
  ProcessRules (*rules)(const config::Settings& settings) = nullptr;
  enum class Words { flags, then_command } words = Words::flags;  ///< whether the words of a command follow a `--`
  /// Runs the subcommand that the first word names and returns its exit code. Does nothing, and returns nothing, for
  /// any other word. Throws Error. nullptr: the command has no subcommands.
  std::optional<int> (*subcommand)(const Invocation& invocation) = nullptr;
};

std::span<const Command* const> commands();

/// The command of that name or peer's name, a leading path aside; nullptr if there is none.
const Command* find_command(std::string_view word);

/// Name and peer's name of every command.
std::vector<std::string_view> command_names();

/// The error for a word that is neither of them: of kind usage, with the nearest name.
Error unknown_command(const std::string& word);

// The rows, each defined in the folder of its command.
extern const Command git_sync_command;
extern const Command restore_command;
extern const Command dump_command;
extern const Command seed_command;
extern const Command backup_command;
extern const Command verify_command;
extern const Command run_command;
extern const Command wait_command;
extern const Command healthcheck_command;
extern const Command completion_command;
extern const Command help_command;
extern const Command version_command;

}  // namespace sidekick::cli
