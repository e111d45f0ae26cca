/// One member of a tar archive, and the blocks before its content.
///
/// The format: POSIX.1-2008 pax interchange format (ustar blocks with extended headers); sparse files in the "PAX
/// format 1.0" of GNU tar.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::backup::tar {

constexpr std::size_t block_bytes = 512;

enum class Type : char {
  file = '0',
  hard_link = '1',
  symlink = '2',
  character_device = '3',
  block_device = '4',
  folder = '5',
  fifo = '6',
};

struct Entry {
  std::string path;  ///< any bytes but zero; ends with "/" for a folder
  std::string link;  ///< the target of a link
  Type type = Type::file;
  std::uint32_t mode = 0;  ///< the lower 12 bits
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::string user;   ///< empty: not known
  std::string group;  ///< empty: not known
  std::int64_t mtime_seconds = 0;
  std::uint32_t mtime_nanoseconds = 0;
  std::uint64_t size = 0;  ///< of a file with its holes
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
};

/// A part of a file with data; between segments are holes.
struct Segment {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

/// All blocks before the content, with an extended header for what ustar has no room for.
std::string header_of(const Entry& entry);

/// The same for a file with holes, whose content is its segments one after the other; ends with their map.
std::string sparse_header_of(const Entry& entry, const std::vector<Segment>& segments);

/// The number of zeros that fill the last block of `size` bytes.
constexpr std::size_t padding_of(std::uint64_t size) {
  return static_cast<std::size_t>((block_bytes - size % block_bytes) % block_bytes);
}

}  // namespace sidekick::backup::tar
