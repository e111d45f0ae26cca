#include "backup/tar/reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <vector>

#include "backup/tar/entry.hpp"
#include "sidekick/error.hpp"

namespace sidekick::backup::tar {

namespace {

constexpr std::size_t max_records_bytes = std::size_t{1} << 20;
constexpr std::size_t buffer_bytes = std::size_t{128} << 10;
constexpr std::string_view known_types = "0123456x";

using Records = std::map<std::string, std::string, std::less<>>;

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Reader final {
 public:
  Reader(filters::Source& from, const std::string& name, const CancelToken& cancel)
      : from_(from), name_(name), cancel_(cancel), buffer_(buffer_bytes) {}

  Count count() {
    Count count;
    bool first = true;
    for (;;) {
      const auto header = block();
      if (is_zero(header)) break;
      const auto type = checked_type(header);
      const auto stated = octal(header.substr(124, 12));
      if (type == 'x') {
        read_records(stated);
        continue;
      }
      skip_content(stated);
      const bool is_folder = type == static_cast<char>(Type::folder);
      // A backup begins with the folder itself.
      if (!first || !is_folder) count.entries++;
      if (!is_folder) count.files++;
      first = false;
      records_.clear();
    }
    if (!records_.empty()) throw damaged("an extended header without a member");
    if (!is_zero(block())) throw damaged("one block of zeros where there should be two");
    // Other programs pad to a record of 10 KiB.
    while (fill() > 0)
      if (!is_zero(block())) throw damaged("data after the end");
    return count;
  }

 private:
  Error damaged(const std::string& cause) const {
    return {ErrorKind::data, "'" + name_ + "' is damaged: byte " + std::to_string(at_) + " of the tar: " + cause};
  }

  std::size_t fill() {
    if (begin_ < end_) return end_ - begin_;
    cancel_.throw_if_cancelled();
    begin_ = 0;
    end_ = from_.read(buffer_);
    return end_;
  }

  /// The next block; valid until the next call.
  std::string_view block() {
    std::size_t got = 0;
    while (got < block_.size()) {
      const auto n = std::min(fill(), block_.size() - got);
      if (n == 0) throw damaged("it is truncated");
      std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), n,
                  block_.begin() + static_cast<std::ptrdiff_t>(got));
      begin_ += n;
      got += n;
      at_ += n;
    }
    return {block_.data(), block_.size()};
  }

  void skip(std::uint64_t bytes) {
    while (bytes > 0) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(fill(), bytes));
      if (n == 0) throw damaged("it is truncated");
      begin_ += n;
      at_ += n;
      bytes -= n;
    }
  }

  static bool is_zero(std::string_view bytes) { return bytes.find_first_not_of('\0') == std::string_view::npos; }

  char checked_type(std::string_view header) const {
    auto sum = std::accumulate(header.begin(), header.end(), 0U,
                               [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
    for (const char c : header.substr(148, 8)) sum = sum - static_cast<unsigned char>(c) + ' ';
    if (octal(header.substr(148, 7)) != sum || header.substr(154, 2) != std::string_view("\0 ", 2))
      throw damaged("the checksum of a header differs");
    if (header.substr(257, 8) != std::string_view("ustar\0"
                                                  "00",
                                                  8))
      throw Error(ErrorKind::data, "'" + name_ + "' is a tar that another program wrote: it is not in POSIX format",
                  "only a tar that `sidekick backup` wrote can be verified; `tar --list` reads others");
    if (header.front() == '\0') throw damaged("a member without a name");
    const char type = header[156];
    if (known_types.find(type) == std::string_view::npos) throw damaged("a member has an unknown type");
    return type;
  }

  std::uint64_t octal(std::string_view field) const {
    const auto digits = field.substr(0, field.find('\0'));
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
    if (failure != std::errc() || end != digits.data() + digits.size()) throw damaged("an invalid number");
    return value;
  }

  void read_records(std::uint64_t size) {
    if (!records_.empty() || size == 0 || size > max_records_bytes) throw damaged("an invalid extended header");
    std::string text;
    while (text.size() < size) text += block();
    if (!is_zero(std::string_view(text).substr(size))) throw damaged("padding that is not zero");
    text.resize(size);
    for (std::string_view left = text; !left.empty();) {
      const auto space = left.find(' ');
      const auto length = space == std::string_view::npos ? std::nullopt : decimal(left.substr(0, space));
      if (!length || *length <= space + 1 || *length > left.size() || left[*length - 1] != '\n')
        throw damaged("an invalid extended record");
      const auto pair = left.substr(space + 1, *length - space - 2);
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos) throw damaged("an extended record without a value");
      if (!records_.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second)
        throw damaged("an extended record is given twice");
      left.remove_prefix(*length);
    }
  }

  std::uint64_t number(std::string_view key) const {
    const auto found = records_.find(key);
    const auto value = found == records_.end() ? std::nullopt : decimal(found->second);
    if (!value) throw damaged("an extended record '" + std::string(key) + "' that is not a number");
    return *value;
  }

  void skip_content(std::uint64_t size) {
    if (records_.contains("size")) size = number("size");
    auto left = size;
    if (records_.contains("GNU.sparse.major")) left -= check_sparse(size, number("GNU.sparse.realsize"));
    skip(left);
    const auto padding = padding_of(size);
    // The last block ends with padding.
    if (padding > 0) {
      std::string zeros;
      while (zeros.size() < padding) {
        const auto n = std::min(fill(), padding - zeros.size());
        if (n == 0) throw damaged("it is truncated");
        zeros.append(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                     buffer_.begin() + static_cast<std::ptrdiff_t>(begin_ + n));
        begin_ += n;
        at_ += n;
      }
      if (!is_zero(zeros)) throw damaged("padding that is not zero");
    }
  }

  /// Reads the map of a sparse file and returns its size in whole blocks.
  std::uint64_t check_sparse(std::uint64_t stored, std::uint64_t real_size) {
    std::uint64_t map_bytes = 0;
    std::string text;
    const auto next = [&] {
      for (;;) {
        const auto end = text.find('\n');
        if (end == std::string::npos) {
          if (map_bytes + block_bytes > stored || text.size() > block_bytes) throw damaged("an endless map of holes");
          text += block();
          map_bytes += block_bytes;
          continue;
        }
        const auto value = decimal(std::string_view(text).substr(0, end));
        if (!value) throw damaged("an invalid map of holes");
        text.erase(0, end + 1);
        return *value;
      }
    };
    std::uint64_t data = 0;
    std::uint64_t reached = 0;
    for (auto segments = next(); segments > 0; segments--) {
      const auto begin = next();
      const auto size = next();
      if (begin < reached || begin > real_size || size > real_size - begin)
        throw damaged("a map of holes out of order");
      reached = begin + size;
      data += size;
    }
    if (!is_zero(text)) throw damaged("padding that is not zero");
    if (map_bytes + data != stored) throw damaged("a map of holes that does not fit the size");
    return map_bytes;
  }

  filters::Source& from_;
  const std::string& name_;
  const CancelToken& cancel_;
  std::vector<std::uint8_t> buffer_;
  std::array<char, block_bytes> block_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t at_ = 0;
  Records records_;
};

}  // namespace

Count prove(filters::Source& from, const std::string& name, const CancelToken& cancel) {
  return Reader(from, name, cancel).count();
}

}  // namespace sidekick::backup::tar
