#include "agent/cli/job_command.hpp"

#include <algorithm>
#include <optional>
#include <random>

#include "agent/cli/common_settings.hpp"
#include "agent/cli/meta/commands.hpp"
#include "agent/cli/output.hpp"
#include "agent/config/describe.hpp"
#include "agent/config/early_switch.hpp"
#include "agent/runtime/init.hpp"
#include "agent/runtime/process.hpp"
#include "agent/runtime/signals.hpp"
#include "agent/runtime/supervisor.hpp"
#include "agent/runtime/watchdog.hpp"
#include "agent/status/metrics.hpp"
#include "agent/status/progress.hpp"
#include "agent/status/termination.hpp"
#include "sidekick/child.hpp"
#include "sidekick/exceptions.hpp"

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
  if (flags.given.contains("help-all")) return config::help(schema, config::Extent::all);
  if (flags.given.contains("help")) return config::help(schema, config::Extent::first);
  if (flags.given.contains("man")) return config::man_page(schema, SIDEKICK_VERSION);
  if (flags.given.contains("version")) return version_text();
  return {};
}

/// Read before the settings are validated, so that an invalid flag parks as well.
bool wants_park(const config::Schema& schema, const Invocation& invocation) {
  const auto is_set = [&](std::string_view name) {
    return config::early_switch(schema, name, invocation.words, invocation.environment);
  };
  return is_set("park") && !is_set("print-config");
}

class JobRun {
 public:
  JobRun(const Invocation& invocation, const Command& command, const config::Schema& schema, const ProcessRules& rules)
      : invocation_(invocation), command_(command), schema_(schema), rules_(rules), signals_(interrupt_) {
    if (rules.wraps == Wraps::another_program) signals_.deliver_to(mail_);
    if (rules.wraps == Wraps::until_its_end) signals_.raise_on_quit();
    log_to(rules.log_format.value_or(default_format()), LogLevel::info);
  }

  int run() {
    try {
      return set_up() ? unless_stopped(run_plan()) : 0;
    } catch (const std::exception& exception) {
      return refuse(as_error(exception));
    }
  }

  /// What the process is to become, now that run() has returned `code`.
  const std::vector<std::string>* successor(int code) const {
    return code == 0 && plan_ && plan_->successor ? &*plan_->successor : nullptr;
  }

 private:
  /// False where the settings were only to be printed. To be told to end while a file or a name lets us wait ends the
  /// process after a while too.
  bool set_up() {
    const runtime::Watchdog watchdog(clock_, interrupt_, Clock::time_point::max(), 0,
                                     [this](int code) { abandon(code); });
    auto settings = config::resolve(schema_, invocation_.words, invocation_.environment);
    settings.command = invocation_.command;
    const bool only_print = settings.values.flag("print-config");
    if (only_print) write_out(config::print_config(schema_, settings));
    prepare(settings);
    if (!only_print) serve(settings.values);
    auto plan = command_.plan(settings, {*job_log_, metrics_, invocation_.environment, interrupt_.token(), mail_});
    if (!only_print) plan_ = std::move(plan);
    return !only_print;
  }

  status::LogFormat default_format() const {
    return console_.is_terminal() ? status::LogFormat::text : status::LogFormat::json;
  }

  void log_to(status::LogFormat format, LogLevel level) {
    log_ = std::make_unique<status::ConsoleLog>(console_, format, level);
    job_log_ = std::make_unique<status::JobLog>(*log_, name_, 0);
  }

  int refuse(const Error& error) {
    if (rules_.refused) rules_.refused(error, *job_log_);
    if (wants_park(schema_, invocation_)) return runtime::park(name_, error, surroundings(), rules_.exit_code_of);
    const int code = error.exit_code().value_or(rules_.exit_code_of(error.kind()));
    job_log_->error(error.message(), {{"hint", error.hint()}, {"kind", info(error.kind()).name}, {"code", code}});
    status::write_termination_message(termination_log, error.message());
    return code;
  }

  void prepare(const config::Settings& settings) {
    const auto& values = settings.values;
    const auto asked_for = log_format_of(values, console_);
    log_to(values.given("log-format") ? asked_for : rules_.log_format.value_or(asked_for), log_level_of(values));
    for (const auto& warning : settings.warnings) job_log_->warn(warning);
    const auto tz = invocation_.environment.find("TZ");
    const bool is_ours = rules_.wraps == Wraps::nothing;
    if (is_ours && tz != invocation_.environment.end() && !tz->second.empty())
      runtime::check_time_zone(tz->second, zoneinfo);
    runtime::use_files_and_dns();
  }

  /// Before the job is made: probes of a process that is parked for its settings are answered too.
  void serve(const config::Values& values) {
    if (!command_.http) return;
    if (const auto http = command_.http(values)) serve_at(*http);
  }

  void serve_at(const HttpPlan& http) try {
    server_ = open_endpoints(http, {health_, metrics_, trigger_});
  } catch (const Error& error) {
    if (http.unavailable == HttpPlan::Unavailable::fatal || error.kind() != ErrorKind::unavailable) throw;
    const bool is_expected = http.unavailable == HttpPlan::Unavailable::expected;
    job_log_->write(is_expected ? LogLevel::debug : LogLevel::warning, error.message() + "; continuing without it", {});
  }

  int run_plan() {
    if (plan_->trigger_signal) signals_.raise_on(*plan_->trigger_signal, trigger_);
    if (const auto* job = std::get_if<std::unique_ptr<OneShotJob>>(&plan_->job))
      return runtime::run_one_shot(name_, **job, plan_->policy, surroundings());
    auto& loop = *std::get<std::unique_ptr<LoopJob>>(plan_->job);
    return let_go(plan_->steps == runtime::JobPlan::Steps::one
                      ? runtime::run_once(name_, loop, plan_->policy, surroundings())
                      : runtime::run_loop(name_, loop, plan_->policy, surroundings()));
  }

  /// Who was told to end, be it after the last look, does not become another program that would not know of it.
  int unless_stopped(int code) const {
    const auto signal = rules_.wraps == Wraps::until_its_end ? interrupt_.signal() : std::nullopt;
    return code == 0 && signal ? 128 + *signal : code;
  }

  /// Ends the job. What it does beside its steps is given no more time than they are: the look-up of a name, say, can
  /// be neither cancelled nor waited for.
  int let_go(int code) {
    const runtime::Watchdog watchdog(clock_, interrupt_, clock_.now(), code, [this, code](int) { abandon(code); });
    plan_->ended = nullptr;
    plan_->job = {};
    return code;
  }

  runtime::Surroundings surroundings() {
    return {
        .clock = clock_,
        .log = *log_,
        .interrupt = interrupt_,
        .metrics = metrics_,
        .health = health_,
        .trigger = trigger_,
        .random = [this] { return std::uniform_real_distribution<double>()(engine_); },
        .make_display = [this](Log& log) { return std::make_unique<status::ProgressDisplay>(clock_, console_, log); },
        .last_word = [this](std::string_view text, int code) { say_last_word(text, code); },
        .abandon = [this](int code) { abandon(code); }};
  }

  void say_last_word(std::string_view text, int code) noexcept try {
    const bool is_told = plan_ && plan_->ended;
    status::write_termination_message(termination_log, is_told ? plan_->ended(code, text) : std::string(text));
  } catch (const std::exception& error) {
    job_log_->warn(std::string("cannot report the result: ") + error.what());
  }

  [[noreturn]] void abandon(int code) {
    hurry_.cancel();
    job_log_->error("did not stop in time after the request to stop", {{"code", code}});
    runtime::leave_at_once(code);
  }

  const Invocation& invocation_;
  const Command& command_;
  const config::Schema& schema_;
  const ProcessRules& rules_;
  const std::string name_ = std::string(schema_.command);
  runtime::Interrupt interrupt_;
  runtime::Trigger trigger_;
  SignalMail mail_;
  runtime::SignalThread signals_;
  SystemClock clock_;
  CancelSource hurry_{interrupt_.token()};  ///< from then on nobody waits for who reads our log
  status::Console console_{STDERR_FILENO, hurry_.token()};
  std::unique_ptr<status::ConsoleLog> log_;
  std::unique_ptr<status::JobLog> job_log_;
  status::Metrics metrics_;
  status::Health health_;
  std::mt19937_64 engine_{std::random_device()()};
  std::unique_ptr<status::HttpServer> server_;
  std::optional<runtime::JobPlan> plan_;
};

}  // namespace

int run_job(const Command& command, const Invocation& invocation) {
  const auto schema = command.schema();
  if (const auto text = answer(schema, invocation)) {
    write_out(*text);
    return 0;
  }
  const auto rules = command.rules ? command.rules(schema, invocation) : ProcessRules();
  if (rules.wraps == Wraps::nothing) runtime::stay_behind_if_first();
  std::vector<std::string> successor;
  int code = 0;
  {
    JobRun run(invocation, command, schema, rules);
    code = run.run();
    if (const auto* words = run.successor(code)) successor = *words;
  }
  if (successor.empty()) return code;
  runtime::remove_traces();
  become(successor);
}

}  // namespace sidekick::cli
