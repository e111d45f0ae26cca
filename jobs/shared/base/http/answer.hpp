/// Reads answers from a connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <vector>

#include "base/http/stream.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::http {

/// How to read a body.
struct BodyRules {
  const BodySink* sink = nullptr;  ///< receives the body of a 200 or 206; null: the body goes into the answer
  std::size_t max_bytes = 0;       ///< of a body in the answer
  std::chrono::milliseconds header_time{60'000};  ///< from the first byte of the answer to the end of its header
  enum class Presence { by_header, none } presence = Presence::by_header;  ///< none: to HEAD and CONNECT
};

/// An exception of a sink, as distinct from failures of the connection.
struct SinkFailure {
  std::exception_ptr why;
};

struct Answer {
  HttpResponse response;
  bool reusable = false;  ///< the connection can take another request
};

/// Buffers bytes beyond the answer. For one connection.
class AnswerReader final {
 public:
  explicit AnswerReader(Stream& stream) : stream_(stream) {}

  /// The next answer after at most 20 interim ones (1xx). Throws Error: data (not HTTP, or too long), config (TLS
  /// instead of HTTP), unavailable (a header that does not end in time); SinkFailure; what a stream throws.
  /// ConnectionLost also if the answer ends too early.
  Answer read(const BodyRules& rules);

  /// True once a byte of the answer of the last read() has arrived.
  bool heard() const noexcept { return heard_; }

 private:
  class Parser;
  bool parse(Parser& parser);
  void read_more(Parser& parser);
  void complete_line_ends();

  Stream& stream_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;  ///< where unparsed bytes begin
  std::size_t end_ = 0;    ///< and end
  bool heard_ = false;
  std::chrono::steady_clock::time_point header_ends_{};  ///< valid once heard_
};

}  // namespace sidekick::http
