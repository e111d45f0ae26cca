/// One run of the command: starts it, forwards signals, and ends it with all its descendants.
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
  int number = 0;        ///< the exit code, or the number of the signal
  bool told_to = false;  ///< it ended after a request to end
  Usage usage;           ///< of all descendants that were reaped
  enum class By { others, timeout } told_by = By::others;
  bool by_keys = false;  ///< a key of the terminal ended it, such as Ctrl-C

  /// As in a shell: 128 + n for signal n.
  int code() const noexcept { return how == How::exited ? number : 128 + number; }
  /// "exited with 3", "was killed by SIGSEGV".
  std::string description() const;
};

/// Runs the command to its end and that of all its descendants. Cancellation sends SIGTERM (or the pending signal) to
/// its group, and SIGKILL to all after the grace or if SIGKILL is pending; Settings::attempt_timeout does the same. For
/// one thread; the caller holds PendingSignals::running().
class Attempt final {
 public:
  /// `input` becomes the command's standard input; -1: /dev/null.
  Attempt(const Settings& settings, JobContext& context, PendingSignals& pending, int input);

  /// Call it once. Throws Error: no_input (with exit code 127), denied (126), io; timeout without retry if the command
  /// survives SIGKILL.
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
