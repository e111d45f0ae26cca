#include "filters/line_ends.hpp"

namespace sidekick::filters {

bool has_changed_line_ends(std::span<const std::uint8_t> bytes) noexcept {
  bool found = false;
  for (std::size_t i = 0; i < bytes.size(); i++) {
    if (bytes[i] != '\n') continue;
    if (i > 0 && bytes[i - 1] != '\r') return false;
    found = found || i > 0;
  }
  return found;
}

}  // namespace sidekick::filters
