/// Gzip and zstd as sinks, on several threads.
#pragma once

#include <memory>
#include <optional>

#include "filters/decompress.hpp"
#include "filters/sink.hpp"

namespace sidekick::filters {

struct CompressionSettings {
  Compression kind = Compression::zstd;
  std::optional<int> level;  ///< gzip 1 to 9 (default 5), zstd 1 to 19 (default 3)
  int threads = 2;           ///< 1 to 64, beside the one that writes
};

/// Compresses into `next` in blocks of at most 1 MiB, each by a thread of its own: gzip members (RFC 1952 allows any
/// number) or zstd frames with a checksum (RFC 8878), which GzipSource and ZstdSource, gzip(1) and zstd(1) read as one
/// stream at their defaults. `none` hands the bytes on. An empty input makes a valid empty stream. Memory is bounded by
/// about 4 MiB a thread (zstd takes more at high levels: about 16 MiB at 19). What a thread meets comes out of write()
/// or finish(). Throws Error: usage for a level or a number of threads out of range, internal where a compressor cannot
/// be had; `next` is only called by the thread that writes.
std::unique_ptr<Sink> compressed_into(const CompressionSettings& settings, Sink& next);

}  // namespace sidekick::filters
