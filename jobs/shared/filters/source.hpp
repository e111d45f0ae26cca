/// Bytes that are pulled: files, standard input, and the filters over them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "sidekick/cancel.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::filters {

/// A stream of bytes read once from front to back. Not thread safe.
class Source {
 public:
  virtual ~Source() = default;

  /// Fills at most `into` (not empty) and returns the number of bytes; 0 only at the end, and then always. Throws
  /// Error: io when reading fails, data when a filter finds damage, cancelled.
  virtual std::size_t read(std::span<std::uint8_t> into) = 0;
};

/// An open file, pipe or socket. A blocking read stops at once on cancellation.
class FdSource final : public Source {
 public:
  /// `name` is the object in errors.
  FdSource(Fd fd, std::string name, CancelToken cancel);
  std::size_t read(std::span<std::uint8_t> into) override;

  /// Bytes read so far: the position for a progress bar.
  std::uint64_t position() const noexcept { return position_; }

 private:
  Fd fd_;
  std::string name_;
  CancelToken cancel_;
  std::uint64_t position_ = 0;
};

/// Opens `path` for reading. Throws Error: no_input (with a hint where a folder was given), denied, io.
Fd open_for_reading(const std::string& path);

}  // namespace sidekick::filters
