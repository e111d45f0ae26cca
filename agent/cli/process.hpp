/// What is one a process, however many jobs it runs.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "agent/cli/commands.hpp"
#include "agent/cli/http_endpoints.hpp"
#include "agent/runtime/interrupt.hpp"
#include "agent/runtime/running_job.hpp"
#include "agent/runtime/scheduler.hpp"
#include "agent/runtime/signals.hpp"
#include "agent/runtime/waker.hpp"
#include "agent/status/console_log.hpp"
#include "agent/status/http_server.hpp"
#include "agent/status/metrics.hpp"
#include "sidekick/pending_signals.hpp"

namespace sidekick::cli {

/// Owns signals, console and log, metrics, HTTP server and last word. Jobs are given what they need of it, and touch
/// nothing of it themselves. To be made before any other thread is. Throws Error of kind io.
class Process final : private status::EventSink {
 public:
  /// `name` is that of the lines that no job writes.
  Process(std::string name, Wraps wraps, std::optional<status::LogFormat> log_format);

  /// Where the log goes from now on; before the first job is made.
  void log_to(status::LogFormat format, LogLevel level);
  Log& log() noexcept { return log_; }
  const status::Console& console() const noexcept { return console_; }

  Clock& clock() noexcept { return clock_; }
  runtime::Interrupt& interrupt() noexcept { return interrupt_; }
  PendingSignals& signals() noexcept { return pending_; }  ///< empty unless it wraps another program

  /// Lives as long as the process.
  const runtime::ProcessContext& context() const noexcept { return context_; }

  /// From now on the signal raises the trigger. Throws as SignalThread::raise_on().
  void raise_on(int signal, runtime::Trigger& trigger) { signal_thread_.raise_on(signal, trigger); }

  /// Answers of that job over HTTP. Where that is not possible it throws Error, or goes on without, as the plan says.
  void serve(const HttpPlan& plan, runtime::RunningJob& job);

  /// Answers no more: before a job ceases to be that it answered of.
  void stop_serving() noexcept { server_.reset(); }

  /// Runs the one job to its end and returns its exit code. The process ends with 70 where the job was lost for so
  /// long.
  int run(runtime::RunningJob& job, std::chrono::milliseconds lost_after);

  /// The last word of the process, where an orchestrator looks for it.
  static void say_last_word(std::string_view text) noexcept;

  /// Ends the process at once, for what does not let go.
  [[noreturn]] void abandon(int code) noexcept;

 private:
  void event(const status::Event& event) noexcept override { sink_->event(event); }
  double random();

  runtime::Interrupt interrupt_;
  runtime::Waker waker_;
  PendingSignals pending_;
  runtime::SignalThread signal_thread_;
  SystemClock clock_;
  CancelSource hurry_{interrupt_.token()};  ///< once cancelled, a slow reader of the log no longer blocks
  status::Console console_{STDERR_FILENO, hurry_.token()};
  std::unique_ptr<status::ConsoleLog> sink_;
  status::JobLog log_;
  status::Metrics metrics_;
  std::mutex engine_mutex_;
  std::mt19937_64 engine_{std::random_device()()};
  runtime::ProcessContext context_;
  std::unique_ptr<status::HttpServer> server_;
};

}  // namespace sidekick::cli
