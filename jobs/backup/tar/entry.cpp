#include "backup/tar/entry.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace sidekick::backup::tar {

namespace {

constexpr char extended_header = 'x';
constexpr std::size_t name_bytes = 100;
constexpr std::size_t owner_bytes = 31;  // and a terminating zero
constexpr std::size_t checksum_at = 148;
constexpr std::size_t checksum_bytes = 8;

/// Fills a block field by field from the front.
class Block final {
 public:
  void text(std::size_t at, std::size_t room, std::string_view value) {
    std::copy_n(value.begin(), std::min(room, value.size()), bytes_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  /// Writes octal digits and a zero; a number that does not fit goes into the extended header, and here is 0.
  void number(std::size_t at, std::size_t room, std::uint64_t value) {
    if (!fits(room, value)) value = 0;
    for (std::size_t i = room - 1; i-- > 0; value >>= 3) bytes_[at + i] = static_cast<char>('0' + (value & 7));
  }

  static bool fits(std::size_t room, std::uint64_t value) { return value >> (3 * (room - 1)) == 0; }

  std::string with_checksum() {
    text(checksum_at, checksum_bytes, "        ");
    const auto sum = std::accumulate(bytes_.begin(), bytes_.end(), 0U,
                                     [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
    number(checksum_at, checksum_bytes - 1, sum);
    bytes_[checksum_at + checksum_bytes - 2] = '\0';
    return {bytes_.begin(), bytes_.end()};
  }

 private:
  std::array<char, block_bytes> bytes_{};
};

constexpr std::size_t id_room = 8;
constexpr std::size_t long_room = 12;

std::string ustar_block(const Entry& entry, char type, std::uint64_t size) {
  Block block;
  block.text(0, name_bytes, entry.path);
  block.number(100, id_room, entry.mode);
  block.number(108, id_room, entry.uid);
  block.number(116, id_room, entry.gid);
  block.number(124, long_room, size);
  block.number(136, long_room, entry.mtime_seconds < 0 ? 0 : static_cast<std::uint64_t>(entry.mtime_seconds));
  block.text(156, 1, std::string_view(&type, 1));
  block.text(157, name_bytes, entry.link);
  block.text(257, 8,
             std::string_view("ustar\0"
                              "00",
                              8));
  block.text(265, owner_bytes, entry.user);
  block.text(297, owner_bytes, entry.group);
  block.number(329, id_room, entry.device_major);
  block.number(337, id_room, entry.device_minor);
  return block.with_checksum();
}

/// "LENGTH KEY=VALUE\n"; LENGTH includes itself.
std::string record(std::string_view key, std::string_view value) {
  const auto rest = key.size() + value.size() + 3;
  auto length = rest;
  while (rest + std::to_string(length).size() != length) length = rest + std::to_string(length).size();
  return std::to_string(length).append(" ").append(key).append("=").append(value).append("\n");
}

/// Seconds with a fraction, also negative: half a second before the epoch is "-0.5".
std::string time_text(const Entry& entry) {
  auto seconds = entry.mtime_seconds;
  auto nanoseconds = entry.mtime_nanoseconds;
  std::string out;
  if (seconds < 0) {
    out = "-";
    if (nanoseconds > 0) {
      nanoseconds = 1'000'000'000 - nanoseconds;
      seconds++;
    }
    seconds = -seconds;
  }
  out += std::to_string(seconds);
  if (nanoseconds == 0) return out;
  const auto digits = std::to_string(1'000'000'000 + nanoseconds).substr(1);
  return out + "." + digits.substr(0, digits.find_last_not_of('0') + 1);
}

std::string records_of(const Entry& entry, std::uint64_t stored_size) {
  std::string out;
  if (entry.path.size() > name_bytes) out += record("path", entry.path);
  if (entry.link.size() > name_bytes) out += record("linkpath", entry.link);
  if (!Block::fits(long_room, stored_size)) out += record("size", std::to_string(stored_size));
  if (!Block::fits(id_room, entry.uid)) out += record("uid", std::to_string(entry.uid));
  if (!Block::fits(id_room, entry.gid)) out += record("gid", std::to_string(entry.gid));
  if (entry.user.size() > owner_bytes) out += record("uname", entry.user);
  if (entry.group.size() > owner_bytes) out += record("gname", entry.group);
  if (entry.mtime_nanoseconds != 0 || entry.mtime_seconds < 0 ||
      !Block::fits(long_room, static_cast<std::uint64_t>(entry.mtime_seconds)))
    out += record("mtime", time_text(entry));
  return out;
}

std::string with_records(const std::string& records, const Entry& entry, std::uint64_t stored_size) {
  if (records.empty()) return ustar_block(entry, static_cast<char>(entry.type), stored_size);
  Entry extended;
  extended.path = "PaxHeaders/" + entry.path.substr(0, name_bytes - 20);
  extended.mode = 0644;
  auto out = ustar_block(extended, extended_header, records.size()) + records;
  out.append(padding_of(records.size()), '\0');
  return out + ustar_block(entry, static_cast<char>(entry.type), stored_size);
}

}  // namespace

std::string header_of(const Entry& entry) {
  return with_records(records_of(entry, entry.size), entry, entry.size);
}

std::string sparse_header_of(const Entry& entry, const std::vector<Segment>& segments) {
  std::string map = std::to_string(segments.size()) + "\n";
  std::uint64_t stored = 0;
  for (const auto& segment : segments) {
    map.append(std::to_string(segment.begin)).append("\n").append(std::to_string(segment.size)).append("\n");
    stored += segment.size;
  }
  map.append(padding_of(map.size()), '\0');
  stored += map.size();

  auto records = record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0") +
                 record("GNU.sparse.name", entry.path) + record("GNU.sparse.realsize", std::to_string(entry.size));
  // A reader without support for holes extracts the packed data under this name, which cannot be mistaken for the file.
  auto shown = entry;
  const auto base = entry.path.substr(entry.path.rfind('/') + 1);
  shown.path = "GNUSparseFile.0/" + base.substr(0, name_bytes - 20);
  records += records_of(shown, stored);
  return with_records(records, shown, stored) + map;
}

}  // namespace sidekick::backup::tar
