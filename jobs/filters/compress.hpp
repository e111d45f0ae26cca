/// Gzip and zstd as sinks, on several threads.
#pragma once

#include <memory>
#include <optional>

#include "filters/decompress.hpp"
#include "filters/sink.hpp"

namespace sidekick::filters {

struct CompressionSettings {
  Compression kind = Compression::zstd;
  std::optional<int> level;  ///< gzip 1 to 9 (default 6), zstd 1 to 19 (default 3)
  int threads = 2;           ///< 1 to 64, beside the one that writes
};

/// Compresses into `next`. Gzip comes as members of at most 1 MiB of input each (RFC 1952 allows any number), each
/// compressed by a thread of its own; zstd (RFC 8878) as one frame with a checksum and a window of at most 8 MiB, which
/// ZstdSource and zstd(1) read at their defaults. `none` hands the bytes on. An empty input makes a valid empty stream.
/// Memory is bounded by about 4 MiB a thread. Throws Error internal where a compressor cannot be had; `next` is only
/// called by the thread that writes.
std::unique_ptr<Sink> compressed_into(const CompressionSettings& settings, Sink& next);

}  // namespace sidekick::filters
