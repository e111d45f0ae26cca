/// The lines of git's protocol (gitprotocol-common: "pkt-line Format").
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sidekick::git_sync {

struct PktLine {
  enum class Kind { data, flush, delim, response_end };
  Kind kind = Kind::data;
  std::string_view payload;  ///< empty unless data; lives as long as the call that passes it

  /// The payload without an optional trailing newline.
  std::string_view text() const;
};

/// Appends `payload` (at most 65516 bytes) as one line, the end of a message (0000), or of a section (0001).
void append_pkt(std::string& out, std::string_view payload);
void append_flush(std::string& out);
void append_delim(std::string& out);

enum class Reading { goes_on, complete };

/// Parses one message of the other side, line by line.
class LineReader {
 public:
  virtual ~LineReader() = default;

  /// Returns `complete` for the last line of the message. Throws Error: data for an unexpected line.
  virtual Reading line(const PktLine& line) = 0;
};

/// Splits a stream of bytes into lines. Not thread safe.
class PktSplitter final {
 public:
  explicit PktSplitter(LineReader& reader) : reader_(reader) {}

  /// Passes on every complete line, up to the one that completes the message; drops bytes after it. Throws Error data
  /// for an invalid line, what the reader throws, and server_error() for a line "ERR …".
  Reading feed(std::span<const std::byte> bytes);

 private:
  /// The size of the first complete line of `bytes`; 0 where there is none yet.
  static std::size_t whole_line(std::string_view bytes);
  Reading hand_on(std::string_view line);

  LineReader& reader_;
  std::string rest_;
  Reading reading_ = Reading::goes_on;
};

}  // namespace sidekick::git_sync
