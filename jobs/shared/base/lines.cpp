#include "sidekick/lines.hpp"

#include <algorithm>

#include "sidekick/utf8.hpp"

namespace sidekick {

namespace {

/// The size of a byte in a JSON string.
std::size_t escaped_bytes(char c) {
  if (c == '"' || c == '\\') return 2;
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? 6 : 1;
}

constexpr std::size_t most_escaped_bytes = 6;

/// The number of bytes of `text` that fit.
std::size_t fitting(std::string_view text, std::size_t max_bytes) {
  if (text.size() * most_escaped_bytes <= max_bytes) return text.size();
  std::size_t sum = 0;
  for (std::size_t i = 0; i < text.size(); i++) {
    sum += escaped_bytes(text[i]);
    if (sum > max_bytes) return beginning(text, std::max<std::size_t>(i, 1)).size();
  }
  return text.size();
}

}  // namespace

std::string_view take_line(std::string_view& text) noexcept {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

void LineCutter::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, end);
    if (end != std::string_view::npos && left_.empty() && piece.size() <= max_bytes_) {
      take_line(piece);  // the usual case, without a copy
    } else {
      left_ += piece;
      while (left_.size() > max_bytes_) take_part();
      if (end != std::string_view::npos) finish();
    }
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    parts_ = 0;
  }
}

void LineCutter::take_part() {
  const auto cut = fitting(left_, max_bytes_);
  take_({std::string_view(left_).substr(0, cut), ++parts_, false});
  left_.erase(0, cut);
}

void LineCutter::take_line(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  for (auto cut = fitting(text, max_bytes_); cut < text.size(); cut = fitting(text, max_bytes_)) {
    take_({text.substr(0, cut), ++parts_, false});
    text.remove_prefix(cut);
  }
  take_({text, parts_ == 0 ? 0 : parts_ + 1, true});
}

void LineCutter::finish() {
  if (left_.empty() && parts_ == 0) return;
  take_line(left_);
  left_.clear();
  parts_ = 0;
}

}  // namespace sidekick
