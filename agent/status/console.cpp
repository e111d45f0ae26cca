#include "agent/status/console.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>
#include <utility>

namespace sidekick::status {

namespace {

constexpr std::string_view clear_line = "\r\033[K";
constexpr std::chrono::milliseconds patience{1'000};

/// A pipe that poll() reports as writable takes this much without blocking; a file never blocks.
std::size_t most_at_once(int fd) {
  constexpr std::size_t pipe_atom = 4096;
  struct stat info{};
  const bool is_file = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  return is_file ? std::numeric_limits<std::size_t>::max() : pipe_atom;
}

}  // namespace

Console::Console(int fd, CancelToken hurry)
    : fd_(fd), is_terminal_(::isatty(fd) == 1), most_at_once_(most_at_once(fd)), hurry_(std::move(hurry)) {}

int Console::width() const noexcept {
  winsize size{};
  if (::ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

/// False if the reader is too slow, or gone.
bool Console::is_taken() noexcept {
  for (;;) {
    const bool in_a_hurry = hurry_.cancelled();
    std::array<pollfd, 2> events{{{fd_, POLLOUT, 0}, {in_a_hurry ? -1 : hurry_.fd(), POLLIN, 0}}};
    const auto longest = is_stuck_ ? std::chrono::milliseconds(0) : patience;
    const int count = ::poll(events.data(), events.size(), in_a_hurry ? static_cast<int>(longest.count()) : -1);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) is_stuck_ = true;
    if (count == 0) return false;
    if (count > 0 && events[0].revents == 0) continue;
    is_stuck_ = false;
    return true;
  }
}

/// Nothing if the thread that holds it does not return.
std::unique_ptr<Console, Console::EndTurn> Console::turn() {
  std::unique_lock lock(mutex_);
  const auto is_free = [this] { return !is_somebodys_turn_; };
  if (!hurry_.cancelled())
    turn_ended_.wait(lock, is_free);
  else if (!turn_ended_.wait_for(lock, 2 * patience, is_free))
    return nullptr;
  is_somebodys_turn_ = true;
  return std::unique_ptr<Console, EndTurn>(this);
}

void Console::end_turn() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_somebodys_turn_ = false;
  }
  turn_ended_.notify_one();
}

void Console::put(std::string_view text) noexcept {
  while (!text.empty() && is_taken()) {
    const auto written = ::write(fd_, text.data(), std::min(text.size(), most_at_once_));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Console::line(std::string_view text) noexcept try {
  const auto ours = turn();
  if (!ours) return;
  std::string out;
  if (!bar_.empty()) out += clear_line;
  out.append(text).append("\n").append(bar_);
  put(out);
} catch (...) {
  return;  // out of memory: the line is lost
}

void Console::bar(std::string_view text) noexcept try {
  if (!is_terminal_) return;
  const auto ours = turn();
  if (!ours || text == bar_) return;
  bar_ = text;
  put(std::string(clear_line) + bar_);
} catch (...) {
  return;  // out of memory: the bar stays as it is
}

}  // namespace sidekick::status
