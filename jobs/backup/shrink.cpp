#include "backup/shrink.hpp"

namespace sidekick::backup {

bool is_shrunken(const storage::Manifest& last_good, std::uint64_t plain_bytes, double max_shrink) noexcept {
  if (plain_bytes >= last_good.plain_bytes) return false;
  const auto lost = static_cast<double>(last_good.plain_bytes - plain_bytes);
  return lost > max_shrink * static_cast<double>(last_good.plain_bytes);
}

}  // namespace sidekick::backup
