#include "run/attempt.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <mutex>

#include "sidekick/signal_name.hpp"

namespace sidekick::run {

namespace {

using namespace std::chrono_literals;

constexpr auto for_ever = std::chrono::hours(24);
constexpr auto look_again = 20ms;        // where no descriptor reports the change
constexpr auto killed_are_gone_in = 2s;  // longer only if the kernel blocks a process

bool ends_the_command(int signal) {
  return signal == SIGTERM || signal == SIGINT;
}

}  // namespace

std::string AttemptEnd::description() const {
  return how == How::exited ? "exited with " + std::to_string(number) : "was killed by " + signal_name(number);
}

Attempt::Attempt(const Settings& settings, JobContext& context, PendingSignals& pending, int input)
    : settings_(settings), context_(context), pending_(pending), input_(input), stop_signal_(SIGTERM) {}

AttemptEnd Attempt::run() {
  start();
  while (!children_.leader_status()) {
    look(told_ ? Clock::duration(look_again) : time_left());
    if (!told_ && !children_.leader_status()) {
      const bool late = time_left() == Clock::duration::zero();
      if (late) told_by_ = AttemptEnd::By::timeout;
      if (late || context_.cancel.cancelled()) tell_to_end();
    }
    end_in_time();
  }
  const bool told = told_;
  clear_away();
  if (output_) output_->finish();
  const int status = *children_.leader_status();
  const auto how = WIFSIGNALED(status) ? AttemptEnd::How::signalled : AttemptEnd::How::exited;
  const int number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  const bool by_keys = how == AttemptEnd::How::signalled && (number == SIGINT || number == SIGQUIT) &&
                       terminal_.descriptor().has_value() && !told;
  return {how, number, told, children_.usage(), told_by_, by_keys};
}

void Attempt::start() {
  LaunchRequest request;
  request.argv = settings_.argv;
  request.folder = settings_.folder;
  request.environment = settings_.environment;
  request.stdio = {input_, STDOUT_FILENO, STDERR_FILENO};
  request.identity = settings_.identity;
  request.umask = settings_.umask;
  request.nice = settings_.nice;
  request.terminal = terminal_.descriptor();
  if (settings_.output == Settings::Output::logged) {
    output_ = std::make_unique<LoggedOutput>(context_.log);
    request.stdio[1] = output_->ends()[0];
    request.stdio[2] = output_->ends()[1];
  }
  try {
    // Prevents that the signal thread reaps a keeper that ends while it is being started.
    const std::lock_guard turn(pending_.collecting());
    children_.launch(request);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::no_input) throw error.without_retry().with_exit_code(127);
    if (error.kind() == ErrorKind::denied) throw error.without_retry().with_exit_code(126);
    throw;
  }
  if (output_) output_->close_ends();
  if (settings_.attempt_timeout) deadline_ = context_.clock.now() + *settings_.attempt_timeout;
}

Clock::duration Attempt::time_left() const {
  if (!deadline_) return for_ever;
  return std::clamp<Clock::duration>(*deadline_ - context_.clock.now(), Clock::duration::zero(), for_ever);
}

/// Blocks until the next event, and handles all that are ready.
void Attempt::look(Clock::duration longest) {
  std::array<pollfd, 5> events{{{told_ ? -1 : context_.cancel.fd(), POLLIN, 0},
                                {pending_.fd(), POLLIN, 0},
                                {children_.fd(), POLLIN, 0},
                                {-1, POLLIN, 0},
                                {-1, POLLIN, 0}}};
  if (output_) std::ranges::copy(output_->events(), events.begin() + 3);
  ::poll(events.data(), events.size(), static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(longest).count()));
  if (output_) output_->take();
  for (const int signal : pending_.take()) pass_on(signal);
  children_.collect();
  if (const auto signal = children_.take_stop()) terminal_.stop_with(children_.leader(), *signal);
}

void Attempt::pass_on(int signal) {
  if (signal == SIGCHLD) return;
  if (signal == SIGKILL)
    kill_at_ = context_.clock.now();
  else if (ends_the_command(signal))
    stop_signal_ = signal;  // sent when the token is cancelled, which comes with it
  else if (!children_.leader_status())
    children_.signal_group(signal);
}

void Attempt::tell_to_end() {
  told_ = true;
  context_.log.debug("sending " + signal_name(stop_signal_) + " to '" + settings_.argv.front() + "'");
  children_.signal_group(stop_signal_);
  children_.signal_group(SIGCONT);  // a stopped process could not handle it
  if (!kill_at_) kill_at_ = context_.clock.now() + settings_.grace;
}

bool Attempt::over() const {
  return kill_at_ && context_.clock.now() >= *kill_at_;
}

void Attempt::end_in_time() {
  if (!over() || children_.leader_status()) return;
  if (context_.clock.now() >= *kill_at_ + killed_are_gone_in)
    throw Error(ErrorKind::timeout, "'" + settings_.argv.front() + "' does not end after SIGKILL", "", Retry::never);
  children_.signal_group(SIGKILL);
  children_.signal_all(SIGKILL);
}

/// Processes that the command left behind get the rest of the grace, and then SIGKILL.
void Attempt::clear_away() {
  children_.collect();
  if (children_.gone()) return;
  if (!kill_at_) kill_at_ = context_.clock.now() + settings_.grace;
  children_.signal_all(SIGTERM);
  children_.signal_all(SIGCONT);
  while (!children_.gone()) {
    if (over()) children_.signal_all(SIGKILL);
    if (kill_at_ && context_.clock.now() >= *kill_at_ + killed_are_gone_in)
      return context_.log.warn("a process that '" + settings_.argv.front() + "' started does not end after SIGKILL");
    look(look_again);
  }
}

}  // namespace sidekick::run
