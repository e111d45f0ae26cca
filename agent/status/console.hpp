/// Standard error: whole lines, and under them a bar while something is under way.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "sidekick/cancel.hpp"

namespace sidekick::status {

/// Draws on one descriptor, which it does not own. Thread safe. Ignores write errors, as there is nowhere to report
/// them. Blocks on a slow reader; after `hurry` is cancelled, for at most one second: what has not been read by then is
/// lost, and so is everything that follows until the reader reads again.
class Console final {
 public:
  explicit Console(int fd, CancelToken hurry = {});

  bool is_terminal() const noexcept { return is_terminal_; }
  /// Columns of the terminal; 80 where that is not known.
  int width() const noexcept;

  /// Writes `text` and a line break, with one call where they fit into 4 KiB or go to a file, above the bar if there is
  /// one.
  void line(std::string_view text) noexcept;

  /// Draws `text` in place of the last bar; an empty text removes it. Does nothing without a terminal.
  void bar(std::string_view text) noexcept;

 private:
  void put(std::string_view text) noexcept;
  bool is_taken() noexcept;
  struct EndTurn {
    void operator()(Console* console) const noexcept { console->end_turn(); }
  };
  std::unique_ptr<Console, EndTurn> turn();
  void end_turn() noexcept;

  int fd_;
  bool is_terminal_;
  std::size_t most_at_once_;
  CancelToken hurry_;
  // A timed_mutex would do, but the thread sanitizer does not know how that is locked.
  std::mutex mutex_;
  std::condition_variable turn_ended_;
  bool is_somebodys_turn_ = false;

  // Of whose turn it is.
  bool is_stuck_ = false;
  std::string bar_;
};

}  // namespace sidekick::status
