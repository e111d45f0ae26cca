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
constexpr std::string_view telling = "What is told of it";

std::vector<Setting> starting() {
  return {
      {.name = "wait",
       .value_name = "URL",
       .help = "wait for that before the first attempt, as 'sidekick wait' does, for as long as --timeout lets it: "
               "tcp://host:port, http://, mongodb://, postgres://, file:///path and more",
       .group = process,
       .arity = Arity::repeated,
       .secrecy = config::Secrecy::url,
       .list = List::whole},
      {.name = "chdir", .value_name = "FOLDER", .help = "run it in that folder", .group = process},
      {.name = "user",
       .value_name = "USER[:GROUP]",
       .help = "run it as that user, by name or number; a number needs no entry in /etc/passwd, and its group then has "
               "the same number. HOME becomes that user's",
       .group = process},
      {.name = "umask", .value_name = "OCTAL", .help = "its file mode creation mask, such as 027", .group = process},
      {.name = "nice", .value_name = "N", .help = "add N to its niceness, -20 to 19", .group = process},
      {.name = "env-file",
       .value_name = "FILE",
       .help = "variables for it: NAME=VALUE, one a line, taken as they stand; # begins a comment",
       .group = process,
       .arity = Arity::repeated},
      {.name = "secret-env",
       .value_name = "NAME=FILE",
       .help = "a variable for it whose value is the file's content, one trailing newline cut",
       .group = process,
       .arity = Arity::repeated},
      {.name = "log-output",
       .help = "write its output into the log, line by line with stream and attempt, instead of passing it through; "
               "longer lines than 14 KiB are split and marked",
       .group = process,
       .arity = Arity::flag},
  };
}

std::vector<Setting> ending_settings() {
  return {
      {.name = "grace",
       .value_name = "DURATION",
       .help = "how long all that runs has after SIGTERM before SIGKILL; a second SIGTERM ends it at once",
       .group = ending,
       .fallback = "8s"},
      {.name = "success-codes",
       .value_name = "CODES",
       .help = "exit codes that count as success besides 0, such as 3,10-12",
       .group = ending},
      {.name = "retry-on",
       .value_name = "CODES",
       .help = "exit codes after which it is tried again, such as 1,75,128-255, or any; 128+n is a death by signal n. "
               "any where --retries or --retry-for is given, else none",
       .group = ending},
      {.name = "term-is-success",
       .help = "end with 0 where it exits with 0 after SIGTERM, instead of with 143: for services, whose end is not "
               "that of some work",
       .group = ending,
       .arity = Arity::flag},
  };
}

std::vector<Setting> once_settings() {
  return {
      {.name = "once",
       .value_name = "KEY",
       .help = "run it to success once only for that key: the record is in --state, where others who share the folder "
               "wait for it meanwhile",
       .group = once},
      {.name = "once-file",
       .value_name = "FILE",
       .help = "let the file's content belong to the key of --once",
       .group = once,
       .arity = Arity::repeated},
      {.name = "state", .value_name = "FOLDER", .help = "where the records of --once are kept", .group = once},
      {.name = "lock",
       .value_name = "FILE",
       .help = "hold a lock on that file while it runs, and wait for whoever holds it",
       .group = once},
  };
}

std::vector<Setting> telling_settings() {
  return {
      {.name = "on-success",
       .value_name = "COMMAND",
       .help = "a command to run after success; its failure is a warning. SIDEKICK_EXIT_CODE tells it the code",
       .group = telling},
      {.name = "on-failure",
       .value_name = "COMMAND",
       .help = "a command to run once it failed for good (not when it was stopped by a signal)",
       .group = telling},
      {.name = "hook-timeout",
       .value_name = "DURATION",
       .help = "time limit for each of the two",
       .group = telling,
       .fallback = "30s"},
      {.name = "report",
       .value_name = "FILE",
       .help = "write a JSON report there at the end: attempts, times, codes, memory, CPU. At most 4 KiB of it go to "
               "/dev/termination-log where that exists",
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
          "Runs the command in a process group of its own, passes on its output and the signals it is sent, tries "
          "again "
          "where that is asked for, and ends with its exit code: 128+n where signal n killed it, 124 where it ran out "
          "of time, 126 where it is not executable, 127 where it is not found, 143 where SIGTERM came before it was "
          "done. Nothing it started is left behind. As the first process of a container it collects what others leave "
          "there. Standard input goes to the first attempt.",
      .settings = starting(),
      .file_keys = {},
      .first = {"wait", "grace", "retry-on", "once", "state", "report", "retries", "timeout", "attempt-timeout",
                "settle"},
      .exit_codes =
          "the command's own, 0 where it is done; 126 it is not executable, 127 it is not found, 124 out of time, "
          "128+n it was "
          "killed by signal n, or stopped by it before it was done. Before it was started: 64 usage, 66 no input, 69 "
          "unavailable, 70 bug, 73 cannot create, 74 input or output, 75 temporary, 77 denied, 78 configuration."};
  for (auto part : {ending_settings(), once_settings(), telling_settings(), common_settings()})
    schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  schema.settings.push_back(http_setting("HTTP"));
  return schema;
}

}  // namespace sidekick::cli
