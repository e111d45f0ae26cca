/// Splits a stream of bytes into lines, and long lines into parts.
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
  int part = 0;         ///< 0: a whole line; else the number of the part
  bool is_last = true;  ///< of its parts
};

/// Buffers an incomplete line, at most `max_bytes`. Not thread safe.
class LineCutter final {
 public:
  /// A part has at most `max_bytes` when escaped as JSON, and does not split a UTF-8 character unless it must.
  LineCutter(std::size_t max_bytes, std::function<void(const Line&)> take)
      : max_bytes_(max_bytes), take_(std::move(take)) {}

  void add(std::string_view bytes);

  /// Ends the stream: emits the rest as a line.
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
