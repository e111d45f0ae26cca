/// Looks at the beginning of a stream before it is read.
#pragma once

#include <memory>
#include <vector>

#include "filters/source.hpp"

namespace sidekick::filters {

/// Returns what `from` returns, from its beginning, whatever was looked at.
class PeekSource final : public Source {
 public:
  explicit PeekSource(std::unique_ptr<Source> from) : from_(std::move(from)) {}

  /// The next `count` bytes, fewer only where the stream ends before; they remain to be read. Valid until the next call
  /// of either function. Throws as read().
  std::span<const std::uint8_t> peek(std::size_t count);

  std::size_t read(std::span<std::uint8_t> into) override;

 private:
  std::unique_ptr<Source> from_;
  std::vector<std::uint8_t> seen_;
  std::size_t at_ = 0;
};

}  // namespace sidekick::filters
