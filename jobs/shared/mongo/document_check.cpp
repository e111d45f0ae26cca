#include "mongo/document_check.hpp"

#include <cstring>

namespace sidekick::mongo {

namespace {

constexpr int max_depth = 256;

constexpr bool is_type(std::uint8_t type) {
  return (type >= 0x01 && type <= 0x13) || type == 0x7f || type == 0xff;
}

/// Walks documents one after another; `at` is the position and, after a flaw, the position of that.
class Walker {
 public:
  explicit Walker(Bytes bytes) : b_(bytes) {}

  bool document(std::size_t end_of_parent, int depth);
  std::size_t at() const { return at_; }
  bool zero_timestamp() const { return zero_timestamp_; }

 private:
  bool element(std::uint8_t type, std::string_view key, std::size_t end, int depth);
  bool cstring(std::size_t end);
  bool text(std::size_t end);
  bool skip(std::size_t n, std::size_t end);
  std::int32_t length() const { return frame_length(&b_[at_]); }

  Bytes b_;
  std::size_t at_ = 0;
  bool zero_timestamp_ = false;
};

bool Walker::skip(std::size_t n, std::size_t end) {
  if (end - at_ < n) return false;
  at_ += n;
  return true;
}

bool Walker::cstring(std::size_t end) {
  const void* zero = std::memchr(&b_[at_], 0, end - at_);
  if (zero == nullptr) return false;
  at_ = static_cast<std::size_t>(static_cast<const std::uint8_t*>(zero) - b_.data()) + 1;
  return true;
}

bool Walker::text(std::size_t end) {
  if (end - at_ < 5) return false;
  const auto size = length();
  if (size < 1 || static_cast<std::size_t>(size) > end - at_ - 4) return false;
  const auto last = at_ + 3 + static_cast<std::size_t>(size);
  if (b_[last] != 0) return false;
  at_ = last + 1;
  return true;
}

bool Walker::element(std::uint8_t type, std::string_view key, std::size_t end, int depth) {
  switch (type) {
    case 0x01:  // double
    case 0x09:  // date
    case 0x12:  // int64
      return skip(8, end);
    case 0x11:  // timestamp
      if (depth == 0 && end - at_ >= 8 && key != "_id") {
        std::uint64_t value = 0;
        std::memcpy(&value, &b_[at_], sizeof value);
        if (value == 0) zero_timestamp_ = true;
      }
      return skip(8, end);
    case 0x02:  // string
    case 0x0d:  // code
    case 0x0e:  // symbol
      return text(end);
    case 0x03:  // document
    case 0x04:  // array
      return document(end, depth + 1);
    case 0x05: {  // binary
      if (end - at_ < 5) return false;
      const auto size = length();
      if (size < 0 || static_cast<std::size_t>(size) > end - at_ - 5) return false;
      return skip(5 + static_cast<std::size_t>(size), end);
    }
    case 0x06:  // undefined
    case 0x0a:  // null
    case 0x7f:  // max key
    case 0xff:  // min key
      return true;
    case 0x07:  // object id
      return skip(12, end);
    case 0x08:  // bool
      return skip(1, end);
    case 0x0b:  // regular expression
      return cstring(end) && at_ < end && cstring(end);
    case 0x0c:  // DBPointer
      return text(end) && skip(12, end);
    case 0x0f: {  // code with scope
      if (end - at_ < 14) return false;
      const auto size = length();
      if (size < 14 || static_cast<std::size_t>(size) > end - at_) return false;
      const auto own_end = at_ + static_cast<std::size_t>(size);
      at_ += 4;
      return text(own_end) && document(own_end, depth + 1) && at_ == own_end;
    }
    case 0x10:  // int32
      return skip(4, end);
    case 0x13:  // decimal128
      return skip(16, end);
    default:
      return false;
  }
}

bool Walker::document(std::size_t end_of_parent, int depth) {
  if (depth > max_depth || end_of_parent - at_ < 5) return false;
  const auto size = length();
  if (size < 5 || static_cast<std::size_t>(size) > end_of_parent - at_) return false;
  const auto last = at_ + static_cast<std::size_t>(size) - 1;
  if (b_[last] != 0) {
    at_ = last;
    return false;
  }
  at_ += 4;
  while (at_ < last) {
    const auto type = b_[at_];
    if (!is_type(type)) return false;
    const auto key_at = ++at_;
    if (!cstring(last)) return false;
    const std::string_view key(reinterpret_cast<const char*>(&b_[key_at]), at_ - key_at - 1);
    if (!element(type, key, last, depth)) return false;
  }
  if (at_ != last) return false;
  at_ = last + 1;
  return true;
}

}  // namespace

DocumentFacts check_document(Bytes document) noexcept {
  Walker walker(document);
  const bool sound = walker.document(document.size(), 0) && walker.at() == document.size();
  return {sound ? std::nullopt : std::optional(walker.at()), walker.zero_timestamp()};
}

}  // namespace sidekick::mongo
