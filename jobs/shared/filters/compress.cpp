#include "filters/compress.hpp"

#include <libdeflate.h>
#include <zstd.h>

#include <string>

#include "filters/parallel_sink.hpp"
#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::filters {

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;
constexpr int default_gzip_level = 5;
constexpr int default_zstd_level = 3;

Error no_compressor(const std::string& kind) {
  return {ErrorKind::internal, "cannot make a compressor for " + kind};
}

class GzipCoder final : public BlockCoder {
 public:
  explicit GzipCoder(int level) : compressor_(libdeflate_alloc_compressor(level)) {
    if (!compressor_) throw no_compressor("gzip");
  }

  Bytes code(std::span<const std::uint8_t> block, Bytes out) override {
    out.resize(libdeflate_gzip_compress_bound(compressor_.get(), block.size()));
    const auto n = libdeflate_gzip_compress(compressor_.get(), block.data(), block.size(), out.data(), out.size());
    if (n == 0) throw Error(ErrorKind::internal, "cannot compress with gzip");
    out.resize(n);
    return out;
  }

 private:
  Handle<libdeflate_compressor, libdeflate_free_compressor> compressor_;
};

class ZstdCoder final : public BlockCoder {
 public:
  explicit ZstdCoder(int level) : context_(ZSTD_createCCtx()) {
    if (!context_) throw no_compressor("zstd");
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  Bytes code(std::span<const std::uint8_t> block, Bytes out) override {
    out.resize(ZSTD_compressBound(block.size()));
    const auto n = ZSTD_compress2(context_.get(), out.data(), out.size(), block.data(), block.size());
    if (ZSTD_isError(n) != 0U)
      throw Error(ErrorKind::internal, std::string("cannot compress with zstd: ") + ZSTD_getErrorName(n));
    out.resize(n);
    return out;
  }

 private:
  Handle<ZSTD_CCtx, ZSTD_freeCCtx> context_;
};

class Uncompressed final : public Sink {
 public:
  explicit Uncompressed(Sink& next) : next_(next) {}
  void write(std::span<const std::uint8_t> bytes) override { next_.write(bytes); }
  void finish() override { next_.finish(); }

 private:
  Sink& next_;
};

int within(int value, int most, const std::string& what) {
  if (value >= 1 && value <= most) return value;
  throw Error(ErrorKind::usage, what + " " + std::to_string(value) + ": not within 1 to " + std::to_string(most));
}

}  // namespace

std::unique_ptr<Sink> compressed_into(const CompressionSettings& settings, Sink& next) {
  const int threads = within(settings.threads, 64, "threads to compress with");
  ParallelSink::MakeCoder make;
  switch (settings.kind) {
    case Compression::none:
      return std::make_unique<Uncompressed>(next);
    case Compression::gzip:
      make = [level = within(settings.level.value_or(default_gzip_level), 9, "level of gzip")] {
        return std::make_unique<GzipCoder>(level);
      };
      break;
    case Compression::zstd:
      make = [level = within(settings.level.value_or(default_zstd_level), 19, "level of zstd")] {
        return std::make_unique<ZstdCoder>(level);
      };
      break;
  }
  return std::make_unique<ParallelSink>(make, block_bytes, threads, next);
}

}  // namespace sidekick::filters
