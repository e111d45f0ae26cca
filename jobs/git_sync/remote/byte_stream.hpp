/// Bytes to and from a server that runs git-upload-pack for us.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// For one thread. Throws Error: unavailable (reset, or no progress for the idle timeout), cancelled.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// At least one byte; 0 at the end.
  virtual std::size_t read(std::span<std::byte> into, const CancelToken& cancel) = 0;

  enum class Written { all, not_listening };
  /// Writes all of `bytes`, unless the other side has closed: its last output can still be read.
  virtual Written write(std::string_view bytes, const CancelToken& cancel) = 0;

  /// The diagnostic output of the other side, to be read after the end.
  virtual std::string complaint() const = 0;
};

/// Opens streams to one repository.
class StreamSource {
 public:
  virtual ~StreamSource() = default;

  /// A new stream to git-upload-pack, in version 2 where it is supported. Throws Error: unavailable, denied, no_input,
  /// config, cancelled.
  virtual std::unique_ptr<ByteStream> open(const CancelToken& cancel) = 0;

  /// Closes what was kept for the next stream.
  virtual void disconnect() noexcept = 0;
};

}  // namespace sidekick::git_sync
