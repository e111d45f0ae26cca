#include "filters/peek.hpp"

#include <algorithm>

namespace sidekick::filters {

std::span<const std::uint8_t> PeekSource::peek(std::size_t count) {
  seen_.erase(seen_.begin(), seen_.begin() + static_cast<std::ptrdiff_t>(at_));
  at_ = 0;
  auto filled = seen_.size();
  if (filled < count) seen_.resize(count);
  while (filled < count) {
    const auto n = from_->read(std::span(seen_).subspan(filled, count - filled));
    if (n == 0) break;
    filled += n;
  }
  seen_.resize(filled);
  return std::span(seen_).first(std::min(count, filled));
}

std::size_t PeekSource::read(std::span<std::uint8_t> into) {
  if (at_ == seen_.size()) return from_->read(into);
  const auto n = std::min(into.size(), seen_.size() - at_);
  std::copy_n(seen_.begin() + static_cast<std::ptrdiff_t>(at_), n, into.begin());
  at_ += n;
  return n;
}

}  // namespace sidekick::filters
