/// An open file, pipe or socket as a sink.
#pragma once

#include <cstdint>
#include <string>

#include "filters/sink.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::filters {

/// Writes to a descriptor that it owns. A write that would block gives way to cancellation at once; the descriptor's
/// own flags are not touched, since others may share it. Throws Error: io (with a hint for a full disk, and ruled out
/// for another attempt where the reader of a pipe is gone), cancelled. SIGPIPE must be ignored, as it is in all of the
/// program.
class FdSink final : public Sink {
 public:
  /// `name` stands for the object in errors.
  FdSink(Fd fd, std::string name, CancelToken cancel);

  void write(std::span<const std::uint8_t> bytes) override;

  /// All is with the kernel by then. Closes the descriptor, so that the reader of a pipe sees the end, and says so
  /// where the kernel only now tells of a failure. Syncs nothing: who wants a file to be durable does it (sync()).
  void finish() override;

  /// Makes a file durable: fsync, where the descriptor can. To be called before finish().
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
