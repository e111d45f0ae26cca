/// Length-prefixed frames out of a stream, with the offset of each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "filters/source.hpp"

namespace sidekick::mongo {

/// Buffers a source and counts what was taken from it. Not thread safe. What the source throws passes through.
class FrameReader final {
 public:
  explicit FrameReader(std::unique_ptr<filters::Source> source);

  /// Fills all of `into`, or as much as there is before the end; returns how much.
  std::size_t read(std::span<std::uint8_t> into);

  /// The next little-endian length, or nothing at the very end. A length cut short leaves ended_inside() true.
  std::optional<std::int32_t> read_length();
  bool ended_inside() const noexcept { return ended_inside_; }

  /// What to do about damage that was met just now: in what was buffered it is looked for line ends that were changed.
  std::string hint_at_damage() const;

  /// How many plain bytes were taken so far.
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
