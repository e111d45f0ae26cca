/// The destination of received objects.
#pragma once

#include <cstddef>
#include <span>

namespace sidekick::git_sync {

/// Takes a pack stream (git's pack format, also a thin one) in pieces of any size. Not thread safe.
class PackSink {
 public:
  virtual ~PackSink() = default;

  /// Throws Error: data (not a pack), io, cancelled.
  virtual void write(std::span<const std::byte> bytes) = 0;
};

}  // namespace sidekick::git_sync
