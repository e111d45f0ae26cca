/// The lines that git's protocol consists of (gitprotocol-common: "pkt-line Format").
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sidekick::git_sync {

struct PktLine {
  enum class Kind { data, flush, delim, response_end };
  Kind kind = Kind::data;
  std::string_view payload;  ///< empty unless data; lives as long as the call that hands it on

  /// The payload without the newline that may end it.
  std::string_view text() const;
};

/// Appends `payload` (at most 65516 bytes) as one line, the end of a message (0000), or of a section (0001).
void append_pkt(std::string& out, std::string_view payload);
void append_flush(std::string& out);
void append_delim(std::string& out);

enum class Reading { goes_on, complete };

/// Understands one message of the other side, line by line.
class LineReader {
 public:
  virtual ~LineReader() = default;

  /// Says `complete` with the last line of the message. Throws Error: data for a line that does not belong there.
  virtual Reading line(const PktLine& line) = 0;
};

/// Cuts a stream of bytes into lines. Not thread safe.
class PktSplitter final {
 public:
  explicit PktSplitter(LineReader& reader) : reader_(reader) {}

  /// Hands on every line that is whole by now, up to the one that completes the message; bytes behind it are dropped.
  /// Throws Error data for what is no line, what the reader throws, and for a line "ERR …" what server_error() makes
  /// of it.
  Reading feed(std::span<const std::byte> bytes);

 private:
  /// The size of the first whole line of `bytes`; 0 where there is none yet.
  static std::size_t whole_line(std::string_view bytes);
  Reading hand_on(std::string_view line);

  LineReader& reader_;
  std::string rest_;
  Reading reading_ = Reading::goes_on;
};

}  // namespace sidekick::git_sync
