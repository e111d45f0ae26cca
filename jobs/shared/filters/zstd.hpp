/// The plain bytes of a zstd stream.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "filters/source.hpp"
#include "sidekick/error.hpp"

struct ZSTD_DCtx_s;

namespace sidekick::filters {

/// RFC 8878, any number of frames; a window of at most 8 MiB, so that memory stays bounded. See decompressed().
class ZstdSource final : public Source {
 public:
  ZstdSource(std::unique_ptr<Source> compressed, std::string name);
  ~ZstdSource() override;
  ZstdSource(const ZstdSource&) = delete;
  ZstdSource& operator=(const ZstdSource&) = delete;
  std::size_t read(std::span<std::uint8_t> into) override;

 private:
  Error damaged(const std::string& cause) const;

  std::unique_ptr<Source> compressed_;
  std::string name_;
  std::vector<std::uint8_t> input_;
  std::size_t input_size_ = 0;
  std::size_t input_at_ = 0;
  std::uint64_t taken_ = 0;   ///< compressed bytes so far
  std::size_t expected_ = 0;  ///< 0 between frames, as ZSTD_decompressStream says
  ZSTD_DCtx_s* context_;
};

}  // namespace sidekick::filters
