/// Copies the output of a command into the log, line by line.
#pragma once

#include <poll.h>

#include <array>
#include <string>

#include "sidekick/fd.hpp"
#include "sidekick/lines.hpp"
#include "sidekick/log.hpp"

namespace sidekick::run {

/// Two pipes. Buffers at most one part of a line of each: the command blocks if it writes faster than the log. For one
/// thread.
class LoggedOutput final {
 public:
  /// The log outlives this. Throws Error of kind io if a pipe cannot be created.
  explicit LoggedOutput(Log& log);

  /// The ends for the command: its standard output and error.
  std::array<int, 2> ends() const noexcept { return {out_.in.get(), err_.in.get()}; }

  /// Closes our copies. Call it once the command has them.
  void close_ends() noexcept;

  /// The descriptors to poll for input; -1 for none.
  std::array<pollfd, 2> events() const noexcept;

  /// Reads the available output; returns after a while even if the command writes without end.
  void take();

  /// Reads the rest with an incomplete last line. Does not wait for processes that still hold the pipe.
  void finish();

 private:
  struct Stream {
    explicit Stream(Log& log, std::string_view name);
    /// False if there is no more output for now.
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
