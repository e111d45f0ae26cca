/// The plain bytes of a gzip stream.
#pragma once

#include <zlib.h>

#include <memory>
#include <string>
#include <vector>

#include "filters/source.hpp"
#include "sidekick/error.hpp"

namespace sidekick::filters {

/// RFC 1952, any number of members, each with its CRC-32 and length checked by zlib. See decompressed().
class GzipSource final : public Source {
 public:
  GzipSource(std::unique_ptr<Source> compressed, std::string name);
  ~GzipSource() override;
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  std::size_t read(std::span<std::uint8_t> into) override;

 private:
  bool refill();
  bool next_member();
  Error damaged(const std::string& cause) const;

  std::unique_ptr<Source> compressed_;
  std::string name_;
  std::vector<std::uint8_t> input_;
  std::size_t input_size_ = 0;  ///< the input that was read last
  z_stream stream_{};
  std::uint64_t taken_ = 0;  ///< compressed bytes so far
  bool inside_member_ = true;
  bool finished_ = false;
};

}  // namespace sidekick::filters
