#include "mongo/frame_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "filters/line_ends.hpp"
#include "mongo/bson.hpp"

namespace sidekick::mongo {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{128} << 10;

}  // namespace

FrameReader::FrameReader(std::unique_ptr<filters::Source> source) : source_(std::move(source)), buffer_(buffer_bytes) {}

std::size_t FrameReader::read(std::span<std::uint8_t> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto left = into.subspan(done);
    if (at_ == filled_ && left.size() >= buffer_.size()) {
      const auto n = source_->read(left);
      if (n == 0) break;
      done += n;
      continue;
    }
    if (at_ == filled_) {
      at_ = 0;
      filled_ = source_->read(buffer_);
      if (filled_ == 0) break;
    }
    const auto n = std::min(left.size(), filled_ - at_);
    std::memcpy(left.data(), &buffer_[at_], n);
    at_ += n;
    done += n;
  }
  offset_ += done;
  return done;
}

std::string FrameReader::hint_at_damage() const {
  if (filters::has_changed_line_ends(std::span(buffer_).first(filled_))) return std::string(filters::changed_line_ends);
  return "use another copy of the dump, or dump again";
}

std::optional<std::int32_t> FrameReader::read_length() {
  std::array<std::uint8_t, 4> raw;
  const auto n = read(raw);
  ended_inside_ = n > 0 && n < raw.size();
  if (n < raw.size()) return std::nullopt;
  return frame_length(raw.data());
}

}  // namespace sidekick::mongo
