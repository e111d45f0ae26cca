#include "filters/gzip.hpp"

#include <limits>
#include <new>

#include "filters/line_ends.hpp"
#include "sidekick/error.hpp"

namespace sidekick::filters {

namespace {

constexpr std::size_t input_bytes = std::size_t{128} << 10;
constexpr int gzip_only = 15 + 16;

}  // namespace

GzipSource::GzipSource(std::unique_ptr<Source> compressed, std::string name)
    : compressed_(std::move(compressed)), name_(std::move(name)), input_(input_bytes) {
  if (inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc();
}

GzipSource::~GzipSource() {
  inflateEnd(&stream_);
}

Error GzipSource::damaged(const std::string& cause) const {
  return {ErrorKind::data,
          "'" + name_ + "' is damaged at offset " + std::to_string(taken_ - stream_.avail_in) + ": " + cause,
          has_changed_line_ends(std::span(input_).first(input_size_)) ? std::string(changed_line_ends) : std::string()};
}

bool GzipSource::refill() {
  stream_.next_in = input_.data();
  stream_.avail_in = static_cast<uInt>(compressed_->read(input_));
  input_size_ = stream_.avail_in > 0 ? stream_.avail_in : input_size_;
  taken_ += stream_.avail_in;
  return stream_.avail_in > 0;
}

bool GzipSource::next_member() {
  bool zeros = false;
  for (;;) {
    if (stream_.avail_in == 0 && !refill()) return false;
    if (*stream_.next_in != 0) break;
    zeros = true;
    stream_.next_in++;
    stream_.avail_in--;
  }
  if (zeros || *stream_.next_in != 0x1f) throw damaged("data follows the end of the gzip stream");
  inflateReset(&stream_);
  return true;
}

std::size_t GzipSource::read(std::span<std::uint8_t> into) {
  const auto room = std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max());
  stream_.next_out = into.data();
  stream_.avail_out = static_cast<uInt>(room);
  while (stream_.avail_out == room && !finished_) {
    if (!inside_member_) {
      if (!next_member()) {
        finished_ = true;
        break;
      }
      inside_member_ = true;
    }
    if (stream_.avail_in == 0 && !refill()) throw damaged("the gzip stream is truncated");
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END)
      inside_member_ = false;
    else if (status == Z_MEM_ERROR)
      throw std::bad_alloc();
    else if (status != Z_OK && status != Z_BUF_ERROR)
      throw damaged(std::string("gzip: ") + (stream_.msg != nullptr ? stream_.msg : "invalid data"));
  }
  return room - stream_.avail_out;
}

}  // namespace sidekick::filters
