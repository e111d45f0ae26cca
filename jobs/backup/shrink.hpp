/// Detects a backup that has lost most of its content.
#pragma once

#include <cstdint>

#include "storage/manifest.hpp"

namespace sidekick::backup {

/// True if a backup of `plain_bytes` is smaller than the last good one by more than the fraction `max_shrink`, from 0
/// (any byte less) to 1 (never). Compares sizes before compression, as better compression is not a loss. Pure.
bool is_shrunken(const storage::Manifest& last_good, std::uint64_t plain_bytes, double max_shrink) noexcept;

}  // namespace sidekick::backup
