/// Bytes that are pushed: files, uploads, and the filters in front of them.
#pragma once

#include <cstdint>
#include <span>

namespace sidekick::filters {

/// A stream of bytes written once from front to back. Not thread safe. A filter holds a reference to the next sink,
/// which outlives it. Destruction without finish() abandons the output, which never appears as complete.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Takes all of `bytes` (may be empty) before it returns. Throws Error: io, unavailable, denied, cancelled; after
  /// that the sink may only be destroyed.
  virtual void write(std::span<const std::uint8_t> bytes) = 0;

  /// Writes buffered bytes and the end of the stream, then finishes the next sink. Returns when the last one has
  /// everything and, where that is a file or an object, when it is durable and has its name. Called once, as the last
  /// call. Throws as write().
  virtual void finish() = 0;
};

}  // namespace sidekick::filters
