#include "agent/cli/common_settings.hpp"

#include "agent/cli/rules.hpp"
#include "agent/runtime/scheduler.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Setting;

namespace {

constexpr std::string_view running = "Attempts and time";
constexpr std::string_view output = "Output";

}  // namespace

std::vector<Setting> common_settings() {
  return {
      {.name = "retry-for",
       .value_name = "DURATION",
       .help = "how long to retry after an error that may pass, counted from the first one after the last progress; 0 "
               "disables retries",
       .group = running,
       .fallback = "5m"},
      {.name = "retries", .value_name = "N", .help = "number of retries; unlimited unless given", .group = running},
      {.name = "timeout",
       .value_name = "DURATION",
       .help = "time limit for the whole run; then the exit code is 124",
       .group = running},
      {.name = "attempt-timeout",
       .value_name = "DURATION",
       .help = "time limit for one attempt; then the next one starts",
       .group = running},
      {.name = "lost-after",
       .value_name = "DURATION",
       .help =
           "how long to wait for an attempt that does not stop when its time limit is over; then the exit code is 70. "
           "No other attempt begins meanwhile",
       .group = running,
       .fallback = "10m"},
      {.name = "park",
       .help =
           "after an error that no retry can mend, keep running and log it every hour instead of exiting, so that the "
           "orchestrator does not restart the task for ever; SIGTERM then ends it with the exit code of the error",
       .group = running,
       .arity = Arity::flag},
      {.name = "settle",
       .value_name = "DURATION",
       .help = "after success, keep running until the task has run for this long, for update monitors that take a "
               "quick exit for a failure",
       .group = running,
       .fallback = "0s"},
      {.name = "dry-run",
       .alias = "dryRun",
       .help = "do everything except writing",
       .group = running,
       .arity = Arity::flag},
      {.name = "log-format",
       .value_name = "text|json|auto",
       .help = "format of the log on standard error; auto is text on a terminal and JSON elsewhere",
       .group = output,
       .fallback = "auto"},
      {.name = "log-level",
       .value_name = "LEVEL",
       .help = "lowest level that is logged: debug, info, warning or error; info unless given",
       .group = output},
      {.name = "verbose",
       .short_name = 'v',
       .value_name = "N",
       .help = "log more: the same as --log-level=debug",
       .remark = "there is only one level above the default, however often it is given",
       .group = output,
       .arity = Arity::count},
      {.name = "quiet", .help = "log errors only", .group = output, .arity = Arity::flag},
      {.name = "print-config",
       .help = "print every setting with its value and source, without secrets, and exit",
       .group = output,
       .arity = Arity::flag},
      {.name = "man", .help = "print the manual page and exit", .group = output, .arity = Arity::flag},
      {.name = "help", .help = "print the flags that most users need, and exit", .group = output, .arity = Arity::flag},
      {.name = "help-all", .help = "print all flags and exit", .group = output, .arity = Arity::flag},
      {.name = "version", .help = "print the version and exit", .group = output, .arity = Arity::flag},
  };
}

runtime::Policy attempts_of(const config::Values& values) {
  runtime::Policy policy;
  policy.retry.retries = values.integer("retries", 0, 1'000'000);
  policy.retry.retry_for = values.duration("retry-for").value_or(policy.retry.retry_for);
  policy.settle = values.duration("settle").value_or(policy.settle);
  if (values.flag("park")) policy.after_permanent = runtime::AfterPermanent::park;
  return policy;
}

runtime::Policy policy_of(const config::Values& values) {
  auto policy = attempts_of(values);
  policy.timeout = values.duration("timeout");
  policy.attempt_timeout = values.duration("attempt-timeout");
  for (const auto name : {"timeout", "attempt-timeout"})
    if (const auto limit = values.duration(name); limit && limit->count() == 0)
      values.report(values.bad_value(name, "a limit of zero", "omit it for no limit"));
  return policy;
}

std::chrono::milliseconds lost_after_of(const config::Values& values) {
  return values.duration("lost-after").value_or(runtime::Scheduler::usual_lost_after);
}

LogLevel log_level_of(const config::Values& values) {
  check_excluding(values, {{"quiet", "verbose"}, {"quiet", "log-level"}, {"verbose", "log-level"}});
  if (values.flag("quiet")) return LogLevel::error;
  if (values.count("verbose") > 0) return LogLevel::debug;
  const auto level = values.choice("log-level", {"debug", "info", "warning", "error"});
  if (level == "debug") return LogLevel::debug;
  if (level == "warning") return LogLevel::warning;
  return level == "error" ? LogLevel::error : LogLevel::info;
}

status::LogFormat log_format_of(const config::Values& values, const status::Console& console) {
  const auto format = values.choice("log-format", {"text", "json", "auto"});
  if (format == "text") return status::LogFormat::text;
  if (format == "json") return status::LogFormat::json;
  return console.is_terminal() ? status::LogFormat::text : status::LogFormat::json;
}

}  // namespace sidekick::cli
