/// The terminal's foreground, lent to a command.
#pragma once

#include <sys/types.h>

#include <optional>

namespace sidekick::command {

/// Where standard input is our terminal and we are its foreground, the command becomes that, or it could not read. On
/// destruction we are it again.
class Terminal final {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// The descriptor for LaunchRequest::terminal; nothing where there is nothing to lend.
  std::optional<int> descriptor() const noexcept { return descriptor_; }

  /// The command whose group leader is `leader` was stopped: as a shell that started us sees only us, we stop with it,
  /// and when continued continue it. Does nothing where there is no such shell.
  void stop_with(pid_t leader) const noexcept;

 private:
  std::optional<int> descriptor_;
};

}  // namespace sidekick::command
