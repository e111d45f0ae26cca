#include "agent/cli/process.hpp"

#include <unistd.h>

#include "agent/runtime/lifecycle.hpp"
#include "agent/status/progress.hpp"
#include "agent/status/termination.hpp"

namespace sidekick::cli {

namespace {

constexpr auto termination_log = "/dev/termination-log";

}  // namespace

Process::Process(std::string name, Wraps wraps, std::optional<status::LogFormat> log_format)
    : signal_thread_(interrupt_),
      log_(*this, std::move(name), 0),
      context_{
          .clock = clock_,
          .log = *this,
          .interrupt = interrupt_,
          .metrics = metrics_,
          .waker = waker_,
          .random = [this] { return random(); },
          .make_display = [this](Log& log) { return std::make_unique<status::ProgressDisplay>(clock_, console_, log); },
          .last_word = [](std::string_view text, int) { say_last_word(text); }} {
  if (wraps == Wraps::another_program) signal_thread_.deliver_to(pending_);
  if (wraps == Wraps::until_its_end) signal_thread_.raise_on_quit();
  const auto usual = console_.is_terminal() ? status::LogFormat::text : status::LogFormat::json;
  log_to(log_format.value_or(usual), LogLevel::info);
}

void Process::log_to(status::LogFormat format, LogLevel level) {
  sink_ = std::make_unique<status::ConsoleLog>(console_, format, level);
}

double Process::random() {
  const std::lock_guard lock(engine_mutex_);
  return std::uniform_real_distribution<double>()(engine_);
}

void Process::serve(const HttpPlan& plan, runtime::RunningJob& job) try {
  server_ = open_endpoints(plan, {job.health(), metrics_, job.trigger()});
} catch (const Error& error) {
  if (plan.unavailable == HttpPlan::Unavailable::fatal || error.kind() != ErrorKind::unavailable) throw;
  const bool is_expected = plan.unavailable == HttpPlan::Unavailable::expected;
  log_.write(is_expected ? LogLevel::debug : LogLevel::warning, error.message() + "; continuing without it", {});
}

int Process::run(runtime::RunningJob& job, std::chrono::milliseconds lost_after) {
  runtime::Scheduler scheduler(clock_, interrupt_, waker_,
                               {.abandon = [this](int code) { abandon(code); }, .lost_after = lost_after});
  scheduler.add(job);
  scheduler.run();
  return job.exit_code().value_or(info(ErrorKind::internal).exit_code);
}

void Process::say_last_word(std::string_view text) noexcept {
  status::write_termination_message(termination_log, text);
}

void Process::abandon(int code) noexcept {
  hurry_.cancel();
  log_.error("did not stop in time after the request to stop", {{"code", code}});
  runtime::leave_at_once(code);
}

}  // namespace sidekick::cli
