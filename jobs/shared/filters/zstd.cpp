#include "filters/zstd.hpp"

#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "filters/line_ends.hpp"
#include "sidekick/error.hpp"

namespace sidekick::filters {

namespace {

constexpr int max_window_log = 23;

}  // namespace

ZstdSource::ZstdSource(std::unique_ptr<Source> compressed, std::string name)
    : compressed_(std::move(compressed)),
      name_(std::move(name)),
      input_(ZSTD_DStreamInSize()),
      context_(ZSTD_createDCtx()) {
  if (context_ == nullptr) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, max_window_log);
}

ZstdSource::~ZstdSource() {
  ZSTD_freeDCtx(context_);
}

Error ZstdSource::damaged(const std::string& cause) const {
  return {ErrorKind::data,
          "'" + name_ + "' is damaged at offset " + std::to_string(taken_ - input_size_ + input_at_) + ": " + cause,
          has_changed_line_ends(std::span(input_).first(input_size_)) ? std::string(changed_line_ends) : std::string()};
}

std::size_t ZstdSource::read(std::span<std::uint8_t> into) {
  ZSTD_outBuffer out{into.data(), into.size(), 0};
  bool more = true;
  while (out.pos == 0) {
    if (input_at_ == input_size_ && more) {
      input_size_ = compressed_->read(input_);
      input_at_ = 0;
      more = input_size_ > 0;
      taken_ += input_size_;
    }
    if (!more && expected_ == 0) return 0;
    ZSTD_inBuffer in{input_.data(), input_size_, input_at_};
    const auto before = in.pos;
    expected_ = ZSTD_decompressStream(context_, &out, &in);
    if (ZSTD_getErrorCode(expected_) == ZSTD_error_frameParameter_windowTooLarge)
      throw Error(
          ErrorKind::data,
          "'" + name_ + "' needs too much memory to decompress: its window (zstd --long, --ultra) is larger than 8 MiB",
          "compress it again: zstd -dc --long=31 FILE | zstd > NEW");
    if (ZSTD_isError(expected_) != 0U) throw damaged(std::string("zstd: ") + ZSTD_getErrorName(expected_));
    input_at_ = in.pos;
    if (!more && out.pos == 0 && in.pos == before) throw damaged("the zstd stream is truncated");
  }
  return out.pos;
}

}  // namespace sidekick::filters
