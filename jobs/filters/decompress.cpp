#include "filters/decompress.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "filters/gzip.hpp"
#include "filters/zstd.hpp"

namespace sidekick::filters {

namespace {

/// Gives back the bytes that were looked at, then the rest.
class Replay final : public Source {
 public:
  Replay(std::vector<std::uint8_t> seen, std::unique_ptr<Source> rest)
      : seen_(std::move(seen)), rest_(std::move(rest)) {}

  std::size_t read(std::span<std::uint8_t> into) override {
    if (at_ == seen_.size()) return rest_->read(into);
    const auto n = std::min(into.size(), seen_.size() - at_);
    std::copy_n(seen_.begin() + static_cast<std::ptrdiff_t>(at_), n, into.begin());
    at_ += n;
    return n;
  }

 private:
  std::vector<std::uint8_t> seen_;
  std::size_t at_ = 0;
  std::unique_ptr<Source> rest_;
};

}  // namespace

Compression recognise(std::span<const std::uint8_t> b) noexcept {
  if (b.size() >= 2 && b[0] == 0x1f && b[1] == 0x8b) return Compression::gzip;
  if (b.size() >= 4 && b[1] == 0xb5 && b[0] == 0x28 && b[2] == 0x2f && b[3] == 0xfd) return Compression::zstd;
  if (b.size() >= 4 && (b[0] & 0xf0) == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18) return Compression::zstd;
  return Compression::none;
}

std::unique_ptr<Source> decompressed(std::unique_ptr<Source> compressed, std::string name) {
  std::vector<std::uint8_t> first(4);
  std::size_t got = 0;
  while (got < first.size()) {
    const auto n = compressed->read(std::span(first).subspan(got));
    if (n == 0) break;
    got += n;
  }
  first.resize(got);
  const auto compression = recognise(first);
  auto whole = std::make_unique<Replay>(std::move(first), std::move(compressed));
  switch (compression) {
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
