#include "run/command_job.hpp"

#include <unistd.h>

#include <algorithm>

#include "run/environment.hpp"
#include "run/file_lock.hpp"
#include "sidekick/child.hpp"

namespace sidekick::run {

namespace {

constexpr std::size_t max_termination_bytes = 4096;

}  // namespace

CommandJob::CommandJob(Settings settings, PendingSignals& pending, CancelToken stop)
    : settings_(std::move(settings)), pending_(pending), stop_(std::move(stop)) {
  if (settings_.wait_for) waiting_.emplace(*settings_.wait_for);
  report_.program = settings_.argv.front();
  report_.started = std::chrono::system_clock::now();
}

Outcome CommandJob::run(JobContext& context) {
  if (settings_.mode == Settings::Mode::only_check) return check();
  if (waiting_) context.log.info(waiting_->run(context).summary);
  waiting_.reset();
  if (!done_) {
    if (!take_locks(context)) {
      report_.skipped = true;
      return {"'" + settings_.argv.front() + "' is not run: '" + settings_.once->key + "' has succeeded before"};
    }
    done_ = run_command(context);
  }
  // If this fails, the retry does not run the command again.
  if (once_) once_->write("done " + wall_time_text(std::chrono::system_clock::now()) + "\n");
  return *done_;
}

Outcome CommandJob::run_command(JobContext& context) {
  const auto end = attempt(context);
  if (end.told_by == AttemptEnd::By::timeout && !context.cancel.cancelled())
    throw Error(ErrorKind::timeout, "attempt " + std::to_string(context.attempt) + " ran out of time: '" +
                                        settings_.argv.front() + "' " + end.description() +
                                        " after the request to stop");
  return judge(end, context.log);
}

/// False if it has succeeded before.
bool CommandJob::take_locks(JobContext& context) {
  if (!lock_ && !settings_.lock_file.empty()) lock_ = lock_file(settings_.lock_file, context);
  if (!settings_.once) return true;
  if (!once_) once_ = std::make_unique<OnceLock>(*settings_.once, context);
  return !once_->record();
}

Outcome CommandJob::check() const {
  if (settings_.once) (void)record_path(*settings_.once);
  return {"'" + settings_.argv.front() + "' would be run"};
}

AttemptEnd CommandJob::attempt(JobContext& context) {
  const std::lock_guard turn(pending_.running());
  // Discards signals that arrived between two attempts.
  (void)pending_.take();
  context.cancel.throw_if_cancelled();
  AttemptReport record{context.attempt, std::chrono::system_clock::now(), {}, {}, {}};
  const auto begin = context.clock.now();
  try {
    record.end = Attempt(settings_, context, pending_, standard_input()).run();
  } catch (const Error& error) {
    record.failure = error.message();
    report_.attempts.push_back(record);
    throw;
  }
  record.took = context.clock.now() - begin;
  report_.attempts.push_back(record);
  return *record.end;
}

/// Only the first command gets it, as later ones would find it half read; a terminal is for all.
int CommandJob::standard_input() const {
  const bool is_read = std::ranges::any_of(report_.attempts, [](const auto& one) { return one.end.has_value(); });
  return !is_read || ::isatty(STDIN_FILENO) == 1 ? STDIN_FILENO : -1;
}

Outcome CommandJob::judge(const AttemptEnd& end, Log& log) const {
  const auto text = "'" + settings_.argv.front() + "' " + end.description();
  const bool success = end.code() == 0 || settings_.success_codes.test(static_cast<std::size_t>(end.code()));
  const bool is_stop = end.told_to && stop_.cancelled();
  if (end.told_to && !(success && is_stop && settings_.stopped_with_success == Settings::StoppedWithSuccess::success)) {
    log.info(text + " after the request to stop");
    throw Error(ErrorKind::cancelled, text + " after the request to stop");
  }
  if (success) return {text + (end.code() == 0 ? "" : ", which counts as success")};
  const bool again = !end.by_keys && settings_.retry_on.test(static_cast<std::size_t>(end.code()));
  throw Error(ErrorKind::command, text, "", again ? Retry::as_kind : Retry::never).with_exit_code(end.code());
}

std::string CommandJob::ended(int code, std::string_view message, Log& log) {
  report_.exit_code = code;
  report_.message = message;
  report_.ended = std::chrono::system_clock::now();
  if (settings_.mode == Settings::Mode::only_check) return std::string(message);
  if (code == 0 && !report_.skipped) run_hook(settings_.on_success, code, log);
  if (code != 0 && !stop_.cancelled()) run_hook(settings_.on_failure, code, log);
  if (!settings_.report_file.empty()) {
    try {
      write_report(settings_.report_file, report_json(report_) + "\n");
    } catch (const Error& error) {
      log.warn("cannot write the report: " + error.message(), {{"hint", error.hint()}});
    }
  }
  return report_json(report_, max_termination_bytes);
}

void CommandJob::run_hook(const std::vector<std::string>& argv, int code, Log& log) {
  if (argv.empty()) return;
  const std::scoped_lock turn(pending_.running(), pending_.collecting());
  ChildRequest request;
  request.argv = argv;
  request.environment = settings_.environment;
  request.timeout = settings_.hook_timeout;
  set_variable(request.environment, {"SIDEKICK_EXIT_CODE", std::to_string(code)});
  try {
    const auto result = run_child(request, stop_);
    if (!result.succeeded()) log.warn("'" + argv.front() + "' " + result.description(), {{"output", result.output}});
  } catch (const Error& error) {
    log.warn(error.message(), {{"hint", error.hint()}});
  }
}

}  // namespace sidekick::run
