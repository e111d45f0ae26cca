/// Cutting a stream of bytes into lines, and lines that are too long into parts.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sidekick {

/// Takes the first line off the front of `text` and returns it without its line break ('\n').
std::string_view take_line(std::string_view& text) noexcept;

/// A line without its line break, or a part of one.
struct Line {
  std::string_view text;
  int part = 0;         ///< 0: a whole line; else which part of one
  bool is_last = true;  ///< of its parts
};

/// Keeps what is not yet a line, at most `max_bytes`. Not thread safe.
class LineCutter final {
 public:
  /// A part takes at most `max_bytes` once it is escaped as in JSON, and no character of UTF-8 is cut where that can be
  /// avoided.
  LineCutter(std::size_t max_bytes, std::function<void(const Line&)> take)
      : max_bytes_(max_bytes), take_(std::move(take)) {}

  void add(std::string_view bytes);

  /// The stream has ended: what is left is a line too.
  void finish();

 private:
  void take_line(std::string_view text);
  void take_part();

  std::size_t max_bytes_;
  std::function<void(const Line&)> take_;
  std::string left_;
  int parts_ = 0;
};

}  // namespace sidekick
