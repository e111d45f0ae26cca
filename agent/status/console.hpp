/// Standard error: whole lines, and under them a bar while something is under way.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace sidekick::status {

/// Owns what is drawn on one descriptor, not the descriptor. Thread safe; errors of writing are ignored, there is
/// nowhere to tell them.
class Console final {
 public:
  explicit Console(int fd);

  bool is_terminal() const noexcept { return is_terminal_; }
  /// Columns of the terminal; 80 where that is not known.
  int width() const noexcept;

  /// Writes `text` and a line break with one call, above the bar if there is one.
  void line(std::string_view text) noexcept;

  /// Draws `text` in place of the last bar; empty takes it away. Does nothing where there is no terminal.
  void bar(std::string_view text) noexcept;

 private:
  void put(std::string_view text) const noexcept;

  int fd_;
  bool is_terminal_;
  std::mutex mutex_;
  std::string bar_;
};

}  // namespace sidekick::status
