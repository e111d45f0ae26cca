/// Reads length-prefixed frames from a stream, with the offset of each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "filters/source.hpp"

namespace sidekick::mongo {

/// Buffers a source and counts the bytes taken from it. Not thread safe. Exceptions of the source pass through.
class FrameReader final {
 public:
  explicit FrameReader(std::unique_ptr<filters::Source> source);

  /// Fills all of `into`, or as much as there is before the end; returns the number of bytes.
  std::size_t read(std::span<std::uint8_t> into);

  /// The next little-endian length; nothing at the very end. A truncated length makes ended_inside() true.
  std::optional<std::int32_t> read_length();
  bool ended_inside() const noexcept { return ended_inside_; }

  /// The hint for damage found just now: searches the buffer for changed line ends.
  std::string hint_at_damage() const;

  /// The number of plain bytes taken so far.
  std::uint64_t offset() const noexcept { return offset_; }

 private:
  std::unique_ptr<filters::Source> source_;
  std::vector<std::uint8_t> buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t offset_ = 0;
  bool ended_inside_ = false;
};

}  // namespace sidekick::mongo
