#include "agent/status/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace sidekick::status {

namespace {

constexpr std::string_view clear_line = "\r\033[K";

}  // namespace

Console::Console(int fd) : fd_(fd), is_terminal_(::isatty(fd) == 1) {}

int Console::width() const noexcept {
  winsize size{};
  if (::ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void Console::put(std::string_view text) const noexcept {
  while (!text.empty()) {
    const auto written = ::write(fd_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Console::line(std::string_view text) noexcept try {
  const std::lock_guard lock(mutex_);
  std::string out;
  if (!bar_.empty()) out += clear_line;
  out.append(text).append("\n").append(bar_);
  put(out);
} catch (...) {
  return;  // out of memory: the line is lost
}

void Console::bar(std::string_view text) noexcept try {
  if (!is_terminal_) return;
  const std::lock_guard lock(mutex_);
  if (text == bar_) return;
  bar_ = text;
  put(std::string(clear_line) + bar_);
} catch (...) {
  return;  // out of memory: the bar stays as it is
}

}  // namespace sidekick::status
