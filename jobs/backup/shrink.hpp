/// Telling a backup that has lost most of its content from one that has not.
#pragma once

#include <cstdint>

#include "storage/manifest.hpp"

namespace sidekick::backup {

/// True where a backup of `plain_bytes` is smaller than the last good one by more than the share `max_shrink`, from 0
/// (any byte less) to 1 (never). Bytes before compression count: how well they compress is no loss. Pure.
bool is_shrunken(const storage::Manifest& last_good, std::uint64_t plain_bytes, double max_shrink) noexcept;

}  // namespace sidekick::backup
