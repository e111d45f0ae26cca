/// The command, run once: started, told what we are told, and ended with all it started.
#pragma once

#include <memory>
#include <optional>

#include "run/children.hpp"
#include "run/logged_output.hpp"
#include "run/settings.hpp"
#include "run/terminal.hpp"
#include "sidekick/job.hpp"
#include "sidekick/pending_signals.hpp"

namespace sidekick::run {

/// How it ended.
struct AttemptEnd {
  enum class How { exited, signalled } how = How::exited;
  int number = 0;        ///< the exit code, or the signal's
  bool told_to = false;  ///< it was told to end before it did
  Usage usage;           ///< of all that ran, as far as it was collected
  enum class By { others, timeout } told_by = By::others;
  bool by_keys = false;  ///< a key of our terminal ended it, such as Ctrl-C

  /// As a shell puts it: a signal n is 128 + n.
  int code() const noexcept { return how == How::exited ? number : 128 + number; }
  /// "exited with 3", "was killed by SIGSEGV".
  std::string description() const;
};

/// Runs to the end of the command and of everything that came of it. Cancelling sends SIGTERM (or what is pending)
/// to its group, and after the grace, or when SIGKILL is pending, SIGKILL to all; Settings::attempt_timeout does
/// the same. One thread; whoever runs it holds PendingSignals::running().
class Attempt final {
 public:
  /// `input` becomes the command's standard input; -1: /dev/null.
  Attempt(const Settings& settings, JobContext& context, PendingSignals& pending, int input);

  /// To be called once. Throws Error: no_input (with exit code 127), denied (126), io; timeout, which is not to be
  /// tried again, where the command does not let itself be killed.
  AttemptEnd run();

 private:
  void start();
  Clock::duration time_left() const;
  void look(Clock::duration longest);
  void pass_on(int signal);
  void tell_to_end();
  void end_in_time();
  void clear_away();
  bool over() const;

  const Settings& settings_;
  JobContext& context_;
  PendingSignals& pending_;
  int input_;
  Children children_;
  Terminal terminal_;
  std::unique_ptr<LoggedOutput> output_;
  int stop_signal_;
  bool told_ = false;
  AttemptEnd::By told_by_ = AttemptEnd::By::others;
  std::optional<Clock::time_point> deadline_;
  std::optional<Clock::time_point> kill_at_;
};

}  // namespace sidekick::run
