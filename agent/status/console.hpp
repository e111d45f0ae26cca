/// Standard error: whole lines, and under them a bar while something is under way.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "sidekick/cancel.hpp"

namespace sidekick::status {

/// Owns what is drawn on one descriptor, not the descriptor. Thread safe; errors of writing are ignored, there is
/// nowhere to tell them. Who reads slowly is waited for; once `hurry` is cancelled, no longer than a second: what is
/// not taken by then is lost, and so is all that follows until something is read again.
class Console final {
 public:
  explicit Console(int fd, CancelToken hurry = {});

  bool is_terminal() const noexcept { return is_terminal_; }
  /// Columns of the terminal; 80 where that is not known.
  int width() const noexcept;

  /// Writes `text` and a line break, with one call where they fit into 4 KiB or go to a file, above the bar if there is
  /// one.
  void line(std::string_view text) noexcept;

  /// Draws `text` in place of the last bar; empty takes it away. Does nothing where there is no terminal.
  void bar(std::string_view text) noexcept;

 private:
  void put(std::string_view text) noexcept;
  bool is_taken() noexcept;
  std::unique_lock<std::timed_mutex> turn();

  int fd_;
  bool is_terminal_;
  std::size_t most_at_once_;
  CancelToken hurry_;
  bool is_stuck_ = false;
  std::timed_mutex mutex_;
  std::string bar_;
};

}  // namespace sidekick::status
