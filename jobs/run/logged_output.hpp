/// What a command writes, line by line into the log.
#pragma once

#include <poll.h>

#include <array>
#include <string>

#include "sidekick/fd.hpp"
#include "sidekick/lines.hpp"
#include "sidekick/log.hpp"

namespace sidekick::run {

/// Two pipes. Holds at most one part of a line of each: who writes faster than the log takes is made to wait. One
/// thread.
class LoggedOutput final {
 public:
  /// The log outlives this. Throws Error of kind io where no pipe can be made.
  explicit LoggedOutput(Log& log);

  /// The ends for the command: its standard output and error.
  std::array<int, 2> ends() const noexcept { return {out_.in.get(), err_.in.get()}; }

  /// To be called once the command has them.
  void close_ends() noexcept;

  /// What to wait for: readable, or nothing (-1).
  std::array<pollfd, 2> events() const noexcept;

  /// Takes what is there, but not for ever from who writes without end.
  void take();

  /// Takes the rest, half a line at the end too. Whoever still holds the other end is not waited for.
  void finish();

 private:
  struct Stream {
    explicit Stream(Log& log, std::string_view name);
    /// False when there is nothing (more) for now.
    bool take();

    Fd out;
    Fd in;
    LineCutter cutter;
  };

  void take(int most_chunks);

  Stream out_;
  Stream err_;
};

}  // namespace sidekick::run
