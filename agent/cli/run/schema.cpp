#include "agent/cli/common_settings.hpp"
#include "agent/cli/http_endpoints.hpp"
#include "agent/cli/run/settings.hpp"

namespace sidekick::cli {

using config::Arity;
using config::List;
using config::Setting;

namespace {

constexpr std::string_view process = "The command";
constexpr std::string_view ending = "Its end";
constexpr std::string_view once = "Once, and one at a time";
constexpr std::string_view telling = "Hooks and report";

std::vector<Setting> starting() {
  return {
      {.name = "wait",
       .value_name = "URL",
       .help = "wait for this target before the first attempt, as 'sidekick wait' does, within --timeout: "
               "tcp://host:port, http://, mongodb://, postgres://, file:///path and more",
       .group = process,
       .arity = Arity::repeated,
       .secrecy = config::Secrecy::url,
       .list = List::whole},
      {.name = "chdir", .value_name = "FOLDER", .help = "run the command in this folder", .group = process},
      {.name = "user",
       .value_name = "USER[:GROUP]",
       .help = "run the command as this user, by name or number; a number needs no entry in /etc/passwd, and its group "
               "then has the same number. HOME becomes that of the user",
       .group = process},
      {.name = "umask",
       .value_name = "OCTAL",
       .help = "file mode creation mask of the command, such as 027",
       .group = process},
      {.name = "nice", .value_name = "N", .help = "add N to the niceness of the command, -20 to 19", .group = process},
      {.name = "env-file",
       .value_name = "FILE",
       .help = "variables for the command: NAME=VALUE, one per line, taken literally; # starts a comment",
       .group = process,
       .arity = Arity::repeated},
      {.name = "secret-env",
       .value_name = "NAME=FILE",
       .help = "a variable for the command whose value is the content of the file, without one trailing newline",
       .group = process,
       .arity = Arity::repeated},
      {.name = "log-output",
       .help = "write the output of the command to the log, line by line with stream and attempt, instead of passing "
               "it through; lines longer than 14 KiB are split and marked",
       .group = process,
       .arity = Arity::flag},
  };
}

std::vector<Setting> ending_settings() {
  return {
      {.name = "grace",
       .value_name = "DURATION",
       .help = "how long all processes of the command have after SIGTERM before SIGKILL; a second SIGTERM ends them at "
               "once",
       .group = ending,
       .fallback = "8s"},
      {.name = "success-codes",
       .value_name = "CODES",
       .help = "exit codes that count as success besides 0, such as 3,10-12",
       .group = ending},
      {.name = "retry-on",
       .value_name = "CODES",
       .help = "exit codes after which the command is retried, such as 1,75,128-255, or any; 128+n is a death by "
               "signal n. The default is any where --retries or --retry-for is given, else none",
       .group = ending},
      {.name = "term-is-success",
       .help = "exit with 0 where the command exits with 0 after SIGTERM, instead of with 143: for services",
       .group = ending,
       .arity = Arity::flag},
  };
}

std::vector<Setting> once_settings() {
  return {
      {.name = "once",
       .value_name = "KEY",
       .help = "run the command to success only once for this key: the record is in --state, where other processes "
               "that share the folder wait for it meanwhile",
       .group = once},
      {.name = "once-file",
       .value_name = "FILE",
       .help = "make the content of this file part of the key of --once",
       .group = once,
       .arity = Arity::repeated},
      {.name = "state", .value_name = "FOLDER", .help = "folder for the records of --once", .group = once},
      {.name = "lock",
       .value_name = "FILE",
       .help = "hold a lock on this file while the command runs; waits for another holder",
       .group = once},
  };
}

std::vector<Setting> telling_settings() {
  return {
      {.name = "on-success",
       .value_name = "COMMAND",
       .help = "a command to run after success; its failure is only a warning. SIDEKICK_EXIT_CODE holds the exit code",
       .group = telling},
      {.name = "on-failure",
       .value_name = "COMMAND",
       .help = "a command to run after the last failure (not after a stop by signal)",
       .group = telling},
      {.name = "hook-timeout",
       .value_name = "DURATION",
       .help = "time limit for --on-success and --on-failure each",
       .group = telling,
       .fallback = "30s"},
      {.name = "report",
       .value_name = "FILE",
       .help = "write a JSON report to this file at the end: attempts, times, codes, memory, CPU. At most 4 KiB of it "
               "go to /dev/termination-log where that exists",
       .group = telling},
  };
}

}  // namespace

config::Schema command_schema() {
  config::Schema schema{
      .command = "run",
      .summary = "Runs a command to completion.",
      .arguments = "-- COMMAND [ARG...]",
      .description =
          "Runs the command in its own process group, passes its output and the signals through, retries it where that "
          "is configured, and exits with its exit code: 128+n where signal n killed it, 124 where it ran out of time, "
          "126 where it is not executable, 127 where it is not found, 143 where SIGTERM came before it was done. No "
          "process that it started is left behind. As PID 1 of a container, run also reaps orphans. Standard input "
          "goes to the first attempt.",
      .settings = starting(),
      .file_keys = {},
      .first = {"wait", "grace", "retry-on", "once", "state", "report", "retries", "timeout", "attempt-timeout",
                "settle"},
      .exit_codes =
          "that of the command, 0 where it succeeded; 126 not executable, 127 not found, 124 out of time, 128+n killed "
          "by signal n, or stopped by it before it was done. Before the command starts: 64 usage, 66 no input, 69 "
          "unavailable, 70 bug, 73 cannot create, 74 input or output, 75 temporary, 77 denied, 78 configuration."};
  for (auto part : {ending_settings(), once_settings(), telling_settings(), common_settings()})
    schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  // The time limit of an attempt is the command's, which is killed in the end.
  std::erase_if(schema.settings, [](const Setting& setting) { return setting.name == "lost-after"; });
  schema.settings.push_back(http_setting("HTTP"));
  return schema;
}

}  // namespace sidekick::cli
