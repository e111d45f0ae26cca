/// Gzip and zstd as sources, chosen by the first bytes of what they read.
#pragma once

#include <memory>
#include <string>

#include "filters/source.hpp"

namespace sidekick::filters {

enum class Compression { none, gzip, zstd };

/// What the first bytes of a stream say: gzip (1f 8b 08, RFC 1952), zstd (28 b5 2f fd or a skippable frame, RFC 8878).
Compression recognise(std::span<const std::uint8_t> first_bytes) noexcept;

/// The plain bytes of `compressed`, whatever it is: it is looked at, not believed. Several gzip members or zstd frames
/// follow each other as one stream; zeros that pad the end of a gzip stream are skipped, as gzip(1) does.
/// Reading throws Error of kind data for damage, truncation or garbage after the end, naming `name`.
std::unique_ptr<Source> decompressed(std::unique_ptr<Source> compressed, std::string name);

}  // namespace sidekick::filters
