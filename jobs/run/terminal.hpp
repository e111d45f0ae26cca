/// The terminal's foreground, lent to a command.
#pragma once

#include <sys/types.h>

#include <optional>

#include "sidekick/fd.hpp"

namespace sidekick::run {

/// Where standard input is our terminal and we are its foreground, the command becomes that, or it could not read.
/// Where it is something else, the command becomes that once it asks for the terminal (to read a password, say). On
/// destruction we are it again.
class Terminal final {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// The descriptor for LaunchRequest::terminal; nothing where there is nothing to lend.
  std::optional<int> descriptor() const noexcept { return descriptor_; }

  /// The command whose group leader is `leader` was stopped by `signal`. Where it wants the terminal that we have, it
  /// gets that and goes on. Else, as a shell that started us sees only us, we stop with it, and when continued continue
  /// it; nothing where there is no such shell.
  void stop_with(pid_t leader, int signal) noexcept;

 private:
  bool lend_to(pid_t leader) noexcept;

  Fd opened_;
  std::optional<int> descriptor_;
};

}  // namespace sidekick::run
