#include "agent/cli/job_command.hpp"

#include <optional>
#include <system_error>

#include "agent/cli/common_settings.hpp"
#include "agent/cli/meta/commands.hpp"
#include "agent/cli/output.hpp"
#include "agent/cli/process.hpp"
#include "agent/config/describe.hpp"
#include "agent/runtime/init.hpp"
#include "agent/runtime/lifecycle.hpp"
#include "agent/runtime/watchdog.hpp"
#include "agent/status/http_address.hpp"
#include "sidekick/child.hpp"
#include "sidekick/exceptions.hpp"

namespace sidekick::cli {

namespace {

constexpr auto zoneinfo = "/usr/share/zoneinfo";

/// The text that --help or a flag like it asks for.
std::optional<std::string> early_answer(const config::Schema& schema, const Invocation& invocation) try {
  const auto flags = config::parse_flags(schema, invocation.words);
  return answer(schema, [&](std::string_view name) { return flags.given.contains(name); });
} catch (const Error&) {
  return {};  // the same error comes again where it is logged, or parked
}

/// What is known of the process before anything is done.
ProcessRules rules_of(const Command& command, const config::Schema& schema, const Invocation& invocation) {
  if (command.rules == nullptr) return {};
  config::Review review(config::Review::Files::untouched);
  auto settings = config::resolve(schema, invocation.words, invocation.environment, review);
  settings.command = invocation.command;
  return command.rules(settings);
}

/// One command: from its settings to the end of its job.
class JobRun {
 public:
  JobRun(const Invocation& invocation, const Command& command, const config::Schema& schema, const ProcessRules& rules)
      : invocation_(invocation),
        command_(command),
        schema_(schema),
        rules_(rules),
        process_(std::string(schema.command), rules.wraps, rules.log_format),
        job_(std::string(schema.command), process_.context()) {}
  ~JobRun() { process_.stop_serving(); }
  JobRun(const JobRun&) = delete;
  JobRun& operator=(const JobRun&) = delete;

  int run() {
    try {
      set_up();
      if (!review_.problems().empty()) return refuse();
      return only_prints_ ? 0 : unless_stopped(process_.run(job_, lost_after_));
    } catch (const std::exception& exception) {
      review_.add(as_error(exception));
      return refuse();
    }
  }

  /// What the process is to become, now that run() has returned `code`; empty: nothing.
  std::vector<std::string> successor(int code) && {
    return code == 0 ? std::move(successor_) : std::vector<std::string>();
  }

 private:
  /// Reads the settings, and gives the job its plan unless they have a problem. To be told to end while a file or a
  /// name lets us wait ends the process after a while too.
  void set_up() {
    const auto watchdog = watch();
    auto settings = config::resolve(schema_, invocation_.words, invocation_.environment, review_);
    settings.command = invocation_.command;
    const auto& values = settings.values;
    only_prints_ = values.flag("print-config");
    parks_ = values.flag("park") && !only_prints_;
    if (only_prints_) write_out(config::print_config(schema_, settings));
    prepare(settings);
    const runtime::JobFrame frame{process_.log(), job_.metrics(), invocation_.environment, job_.interrupt().token(),
                                  process_.signals()};
    auto plan = review_.collect([&] { return command_.plan(settings, frame); });
    const auto http = command_.http ? command_.http(values) : std::nullopt;
    if (http) review_.collect([&] { (void)status::parse_http_address(http->address); });
    if (only_prints_ || !(values.may_be_used() || parks_)) return;
    // Probes of a process that is parked for its settings are answered too.
    if (http) review_.collect([&] { process_.serve(*http, job_); });
    if (!values.may_be_used()) return;
    if (plan.trigger_signal) process_.raise_on(*plan.trigger_signal, job_.trigger());
    if (plan.successor) successor_ = *plan.successor;
    job_.start(std::move(plan));
  }

  /// Nothing where no thread can be had: then the settings are read without a watchdog.
  std::unique_ptr<runtime::Watchdog> watch() try {
    return std::make_unique<runtime::Watchdog>(process_.clock(), process_.interrupt(), Clock::time_point::max(), 0,
                                               [this](int code) { process_.abandon(code); });
  } catch (const std::system_error&) {
    return nullptr;
  }

  /// For settings with problems: of a job that is to run, one line; of those that are only to be printed, all.
  int refuse() {
    const auto error = only_prints_ ? review_.problems().front() : review_.summary();
    if (rules_.refused) rules_.refused(error, process_.log());
    if (parks_) {
      job_.park(error, rules_.exit_code_of);
      return process_.run(job_, lost_after_);
    }
    if (only_prints_)
      for (const auto& problem : review_.problems()) tell(problem);
    else
      tell(error);
    Process::say_last_word(error.message());
    return code_of(error);
  }

  int code_of(const Error& error) const { return error.exit_code().value_or(rules_.exit_code_of(error.kind())); }

  void tell(const Error& error) {
    process_.log().error(error.message(),
                         {{"hint", error.hint()}, {"kind", info(error.kind()).name}, {"code", code_of(error)}});
  }

  void prepare(const config::Settings& settings) {
    const auto& values = settings.values;
    const auto asked_for = log_format_of(values, process_.console());
    process_.log_to(values.given("log-format") ? asked_for : rules_.log_format.value_or(asked_for),
                    log_level_of(values));
    for (const auto& warning : settings.warnings) process_.log().warn(warning);
    const auto tz = invocation_.environment.find("TZ");
    const bool is_ours = rules_.wraps == Wraps::nothing;
    if (is_ours && tz != invocation_.environment.end() && !tz->second.empty())
      review_.collect([&] { runtime::check_time_zone(tz->second, zoneinfo); });
    lost_after_ = lost_after_of(values);
    runtime::use_files_and_dns();
  }

  /// Who was told to end, be it after the last look, does not become another program that would not know of it.
  int unless_stopped(int code) {
    const auto signal = rules_.wraps == Wraps::until_its_end ? process_.interrupt().signal() : std::nullopt;
    return code == 0 && signal ? 128 + *signal : code;
  }

  const Invocation& invocation_;
  const Command& command_;
  const config::Schema& schema_;
  const ProcessRules& rules_;
  config::Review review_;
  bool only_prints_ = false;
  bool parks_ = false;
  std::chrono::milliseconds lost_after_ = runtime::Scheduler::usual_lost_after;
  std::vector<std::string> successor_;
  Process process_;
  runtime::RunningJob job_;
};

}  // namespace

int run_job(const Command& command, const Invocation& invocation) {
  const auto schema = command.schema();
  if (const auto text = early_answer(schema, invocation)) {
    write_out(*text);
    return 0;
  }
  const auto rules = rules_of(command, schema, invocation);
  if (rules.wraps == Wraps::nothing) runtime::stay_behind_if_first();
  std::vector<std::string> successor;
  int code = 0;
  {
    JobRun run(invocation, command, schema, rules);
    code = run.run();
    successor = std::move(run).successor(code);
  }
  if (successor.empty()) return code;
  runtime::remove_traces();
  become(successor);
}

}  // namespace sidekick::cli
