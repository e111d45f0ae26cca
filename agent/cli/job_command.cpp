#include "agent/cli/job_command.hpp"

#include <algorithm>
#include <optional>
#include <random>

#include "agent/cli/common_settings.hpp"
#include "agent/cli/meta_commands.hpp"
#include "agent/cli/output.hpp"
#include "agent/config/describe.hpp"
#include "agent/runtime/process.hpp"
#include "agent/runtime/signals.hpp"
#include "agent/runtime/supervisor.hpp"
#include "agent/status/metrics.hpp"
#include "agent/status/progress.hpp"
#include "agent/status/termination.hpp"

namespace sidekick::cli {

namespace {

constexpr auto termination_log = "/dev/termination-log";
constexpr auto zoneinfo = "/usr/share/zoneinfo";

/// What --help and its like ask for; nothing when they were not given.
std::optional<std::string> answer(const config::Schema& schema, const Invocation& invocation) {
  config::Flags flags;
  try {
    flags = config::parse_flags(schema, invocation.words);
  } catch (const Error&) {
    return {};  // the same error comes again where it is logged, or parked
  }
  if (flags.given.contains("help")) return config::help(schema);
  if (flags.given.contains("man")) return config::man_page(schema, SIDEKICK_VERSION);
  if (flags.given.contains("version")) return version_text();
  return {};
}

/// Whether to park is asked before the settings are known to be right: a wrong flag would be restarted for ever too.
bool wants_park(const Invocation& invocation) {
  const auto has = [&](std::string_view word) {
    return std::ranges::find(invocation.words, word) != invocation.words.end();
  };
  if (has("--print-config")) return false;
  if (has("--park") || has("--park=true")) return true;
  const auto found = invocation.environment.find("SIDEKICK_PARK");
  return found != invocation.environment.end() && config::parse_switch(found->second).value_or(false);
}

class JobRun {
 public:
  JobRun(const Invocation& invocation, const config::Schema& schema, const MakeJob& make_job)
      : invocation_(invocation),
        schema_(schema),
        make_job_(make_job),
        signals_(interrupt_, ::getpid() == 1 ? runtime::Orphans::reap : runtime::Orphans::leave),
        log_(std::make_unique<status::ConsoleLog>(console_, default_format(), LogLevel::info)) {}

  int run() {
    try {
      const auto settings = config::resolve(schema_, invocation_.words, invocation_.environment);
      if (settings.values.flag("print-config")) write_out(config::print_config(schema_, settings));
      const auto policy = prepare(settings);
      if (settings.values.flag("print-config")) return 0;
      return runtime::run_one_shot(name_, *job_, policy, surroundings());
    } catch (const Error& error) {
      if (wants_park(invocation_)) return runtime::park(name_, error, surroundings());
      return refuse(error);
    }
  }

 private:
  status::LogFormat default_format() const {
    return console_.is_terminal() ? status::LogFormat::text : status::LogFormat::json;
  }

  int refuse(const Error& error) {
    const auto& kind = info(error.kind());
    status::JobLog(*log_, name_, 0)
        .error(error.message(), {{"hint", error.hint()}, {"kind", kind.name}, {"code", kind.exit_code}});
    status::write_termination_message(termination_log, error.message());
    return kind.exit_code;
  }

  runtime::Policy prepare(const config::Settings& settings) {
    const auto& values = settings.values;
    log_ = std::make_unique<status::ConsoleLog>(console_, log_format_of(values, console_), log_level_of(values));
    status::JobLog log(*log_, name_, 0);
    for (const auto& warning : settings.warnings) log.warn(warning);
    const auto tz = invocation_.environment.find("TZ");
    if (tz != invocation_.environment.end() && !tz->second.empty()) runtime::check_time_zone(tz->second, zoneinfo);
    runtime::use_files_and_dns();
    const auto policy = policy_of(values);
    job_ = make_job_(settings, log);
    return policy;
  }

  runtime::Surroundings surroundings() {
    return {
        .clock = clock_,
        .log = *log_,
        .interrupt = interrupt_,
        .metrics = metrics_,
        .health = health_,
        .random = [this] { return std::uniform_real_distribution<double>()(engine_); },
        .make_display = [this](Log& log) { return std::make_unique<status::ProgressDisplay>(clock_, console_, log); },
        .last_word = [](std::string_view text) { status::write_termination_message(termination_log, text); },
        .abandon = [this](int code) { abandon(code); }};
  }

  [[noreturn]] void abandon(int code) {
    status::JobLog(*log_, name_, 0).error("did not let go within 2 s of being told to stop", {{"code", code}});
    runtime::leave_at_once(code);
  }

  const Invocation& invocation_;
  const config::Schema& schema_;
  const MakeJob& make_job_;
  const std::string name_ = std::string(schema_.command);
  runtime::Interrupt interrupt_;
  runtime::SignalThread signals_;
  SystemClock clock_;
  status::Console console_{STDERR_FILENO};
  std::unique_ptr<status::ConsoleLog> log_;
  status::Metrics metrics_;
  status::Health health_;
  std::mt19937_64 engine_{std::random_device()()};
  std::unique_ptr<OneShotJob> job_;
};

}  // namespace

int run_job(const Invocation& invocation, const config::Schema& schema, const MakeJob& make_job) {
  if (const auto text = answer(schema, invocation)) {
    write_out(*text);
    return 0;
  }
  return JobRun(invocation, schema, make_job).run();
}

}  // namespace sidekick::cli
