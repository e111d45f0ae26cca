/// An open file, pipe or socket as a sink.
#pragma once

#include <cstdint>
#include <string>

#include "filters/sink.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::filters {

/// Writes to a descriptor that it owns. A blocking write stops at once on cancellation. Leaves the descriptor's flags
/// alone, since others may share it. Throws Error: io (with a hint for a full disk, and without a retry where the
/// reader of a pipe has ended), cancelled. SIGPIPE must be ignored, as it is in the whole program.
class FdSink final : public Sink {
 public:
  /// `name` is the object in errors.
  FdSink(Fd fd, std::string name, CancelToken cancel);

  void write(std::span<const std::uint8_t> bytes) override;

  /// By then the kernel has all bytes. Closes the descriptor, so that the reader of a pipe sees the end, and throws
  /// where the kernel reports a failure only now. Does not sync: use sync() for a durable file.
  void finish() override;

  /// Makes a file durable: fsync, where supported. Call it before finish().
  void sync();

  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::size_t write_some(std::span<const std::uint8_t> bytes);
  void wait_until_writable();

  Fd fd_;
  std::string name_;
  CancelToken cancel_;
  std::size_t max_at_once_;
  bool may_block_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace sidekick::filters
