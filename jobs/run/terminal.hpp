/// Lends the foreground of the terminal to a command.
#pragma once

#include <sys/types.h>

#include <optional>

#include "sidekick/fd.hpp"

namespace sidekick::run {

/// If standard input is our terminal and we are in the foreground, the command gets the foreground, as it could not
/// read otherwise. If standard input is something else, the command gets the foreground once it uses the terminal (to
/// read a password, say). The destructor takes it back.
class Terminal final {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// The descriptor for LaunchRequest::terminal; nothing if there is no foreground to lend.
  std::optional<int> descriptor() const noexcept { return descriptor_; }

  /// Call it when the group of `leader` was stopped by `signal`. If the group wants the terminal that we have, lends it
  /// and continues the group. Otherwise stops this process too, as the shell that started us sees only us, and
  /// continues the group when we are continued; does nothing without such a shell.
  void stop_with(pid_t leader, int signal) noexcept;

 private:
  bool lend_to(pid_t leader) noexcept;

  Fd opened_;
  std::optional<int> descriptor_;
};

}  // namespace sidekick::run
