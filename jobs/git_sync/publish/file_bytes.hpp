/// The bytes of a file on their way, in pieces.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace sidekick::git_sync {

/// Takes the next piece, which lives until it returns.
using PieceSink = std::function<void(std::span<const std::byte>)>;

/// Hands the bytes to a sink in one or more pieces; may be called again, for the same bytes.
using FileBytes = std::function<void(const PieceSink&)>;

}  // namespace sidekick::git_sync
