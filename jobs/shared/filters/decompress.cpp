#include "filters/decompress.hpp"

#include "filters/gzip.hpp"
#include "filters/peek.hpp"
#include "filters/zstd.hpp"

namespace sidekick::filters {

Compression recognise(std::span<const std::uint8_t> b) noexcept {
  // gzip defines only deflate; otherwise a document of 0x8b1f bytes would look the same.
  if (b.size() >= 2 && b[0] == 0x1f && b[1] == 0x8b && (b.size() == 2 || b[2] == 8)) return Compression::gzip;
  if (b.size() >= 4 && b[1] == 0xb5 && b[0] == 0x28 && b[2] == 0x2f && b[3] == 0xfd) return Compression::zstd;
  if (b.size() >= 4 && (b[0] & 0xf0) == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18) return Compression::zstd;
  return Compression::none;
}

std::unique_ptr<Source> decompressed(std::unique_ptr<Source> compressed, std::string name) {
  auto whole = std::make_unique<PeekSource>(std::move(compressed));
  switch (recognise(whole->peek(4))) {
    case Compression::gzip:
      return std::make_unique<GzipSource>(std::move(whole), std::move(name));
    case Compression::zstd:
      return std::make_unique<ZstdSource>(std::move(whole), std::move(name));
    case Compression::none:
      break;
  }
  return whole;
}

}  // namespace sidekick::filters
