/// Gzip and zstd as sources, selected by the first bytes of the input.
#pragma once

#include <memory>
#include <string>

#include "filters/source.hpp"

namespace sidekick::filters {

enum class Compression { none, gzip, zstd };

/// The format by the first bytes of a stream: gzip (1f 8b 08, RFC 1952), zstd (28 b5 2f fd or a skippable frame, RFC
/// 8878).
Compression recognise(std::span<const std::uint8_t> first_bytes) noexcept;

/// The plain bytes of `compressed`, whose format is detected. Several gzip members or zstd frames form one stream;
/// zeros that pad the end of a gzip stream are skipped, as in gzip(1). Reading throws Error of kind data for damage,
/// truncation or trailing garbage, naming `name`.
std::unique_ptr<Source> decompressed(std::unique_ptr<Source> compressed, std::string name);

}  // namespace sidekick::filters
