#include "agent/status/progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sidekick::status {

namespace {

constexpr std::chrono::seconds between_lines{10};
constexpr std::chrono::milliseconds between_bars{100};
constexpr int box_width = 30;

std::string mebibytes(std::uint64_t bytes) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text.data();
}

double share(const Progress& progress) {
  if (!progress.total || *progress.total == 0) return 0;
  return std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(*progress.total));
}

}  // namespace

std::string progress_text(const Progress& progress) {
  if (progress.unit == "bytes")
    return mebibytes(progress.done) + (progress.total ? " of " + mebibytes(*progress.total) : "");
  return std::to_string(progress.done) + (progress.total ? " of " + std::to_string(*progress.total) : "") + " " +
         std::string(progress.unit);
}

std::string progress_bar(const Progress& progress, int width) {
  std::string out;
  if (progress.total && width > 2 * box_width) {
    const auto filled = static_cast<std::size_t>(share(progress) * box_width);
    std::string box(filled, '=');
    if (filled < box_width) box += '>';
    box.resize(box_width, ' ');
    std::array<char, 16> percent{};
    std::snprintf(percent.data(), percent.size(), "] %3.0f %%  ", share(progress) * 100);
    out = "[" + box + percent.data();
  }
  out += progress_text(progress);
  out.resize(std::min(out.size(), static_cast<std::size_t>(std::max(width - 1, 0))));
  return out;
}

ProgressDisplay::ProgressDisplay(Clock& clock, Console& console, Log& log)
    : clock_(clock), console_(console), log_(log), next_(clock.now()) {
  if (!console.is_terminal()) next_ += between_lines;
}

ProgressDisplay::~ProgressDisplay() {
  console_.bar("");
}

void ProgressDisplay::progress(const Progress& progress) noexcept try {
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  if (now < next_) return;
  if (console_.is_terminal())
    next_ = now + between_bars;
  else
    next_ = now + between_lines;
  show(progress);
} catch (...) {
  return;  // out of memory: nothing is drawn
}

void ProgressDisplay::show(const Progress& progress) {
  if (console_.is_terminal()) return console_.bar(progress_bar(progress, console_.width()));
  const auto text = progress_text(progress);
  if (progress.total)
    log_.info("working: " + text, {{"done", progress.done}, {"total", *progress.total}, {"unit", progress.unit}});
  else
    log_.info("working: " + text, {{"done", progress.done}, {"unit", progress.unit}});
}

}  // namespace sidekick::status
