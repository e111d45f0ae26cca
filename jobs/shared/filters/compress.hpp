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
  int threads = 2;           ///< 1 to 64, besides the one that writes
};

/// Compresses into `next` in blocks of at most 1 MiB, on several threads: gzip members (RFC 1952 allows any number) or
/// zstd frames with a checksum (RFC 8878), which GzipSource and ZstdSource, gzip(1) and zstd(1) read as one stream at
/// their defaults. `none` passes the bytes on. An empty input makes a valid empty stream. Memory is about 4 MiB per
/// thread (zstd needs more at high levels: about 16 MiB at 19). write() and finish() rethrow the failure of a thread.
/// Throws Error: usage for a level or a number of threads out of range, internal where a compressor cannot be created;
/// `next` is only called by the thread that writes.
std::unique_ptr<Sink> compressed_into(const CompressionSettings& settings, Sink& next);

}  // namespace sidekick::filters
