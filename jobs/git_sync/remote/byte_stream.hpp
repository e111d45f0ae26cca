/// Bytes to and from a server that runs git-upload-pack for us.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// For one thread. Throws Error: unavailable (reset, or nothing moved for the idle time), cancelled.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// At least one byte; 0 at the end.
  virtual std::size_t read(std::span<std::byte> into, const CancelToken& cancel) = 0;

  enum class Written { all, not_listening };
  /// All of `bytes`, unless the other side has closed: its last words may still be read.
  virtual Written write(std::string_view bytes, const CancelToken& cancel) = 0;

  /// What the other side said beside its answer, to be asked for after the end.
  virtual std::string complaint() const = 0;
};

/// Opens streams to one repository.
class StreamSource {
 public:
  virtual ~StreamSource() = default;

  /// A new stream at whose other end git-upload-pack begins to speak, in version 2 where it can. Throws Error:
  /// unavailable, denied, no_input, config, cancelled.
  virtual std::unique_ptr<ByteStream> open(const CancelToken& cancel) = 0;

  /// Lets go of what was kept for the next stream.
  virtual void disconnect() noexcept = 0;
};

}  // namespace sidekick::git_sync
