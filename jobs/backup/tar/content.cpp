#include "backup/tar/content.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "sidekick/error.hpp"

namespace sidekick::backup::tar {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} << 10;
constexpr std::size_t max_segments = 100'000;

/// Reads into `into` and returns the number of bytes; fewer only at the end of the file.
std::size_t read_at(int fd, const std::string& name, std::span<std::uint8_t> into, std::uint64_t at) {
  std::size_t got = 0;
  while (got < into.size()) {
    const auto n = ::pread(fd, into.data() + got, into.size() - got, static_cast<off_t>(at + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw error_from_errno("cannot read '" + name + "'", errno);
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  return got;
}

}  // namespace

std::vector<Segment> data_segments(int fd, std::uint64_t size) {
  const auto end = static_cast<off_t>(size);
  std::vector<Segment> segments;
  off_t at = 0;
  while (at < end) {
    const off_t begin = ::lseek(fd, at, SEEK_DATA);
    if (begin < 0 && errno != ENXIO) return {};  // not supported here
    if (begin < 0 || begin >= end) break;
    off_t hole = ::lseek(fd, begin, SEEK_HOLE);
    if (hole < 0) return {};
    hole = segments.size() + 1 < max_segments ? std::min(hole, end) : end;
    segments.push_back({static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(hole - begin)});
    at = hole;
  }
  const auto reached = segments.empty() ? 0 : segments.back().begin + segments.back().size;
  if (segments.size() == 1 && segments.front().begin == 0 && reached == size) return {};
  if (reached < size) segments.push_back({size, 0});
  return segments;
}

void write_content(int fd, const std::string& name, const std::vector<Segment>& segments, filters::Sink& sink,
                   const CancelToken& cancel, const std::function<void(std::size_t)>& read_more) {
  std::vector<std::uint8_t> buffer;
  std::uint64_t written = 0;
  for (const auto& segment : segments)
    for (std::uint64_t done = 0; done < segment.size;) {
      cancel.throw_if_cancelled();
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_bytes, segment.size - done));
      buffer.resize(n);
      const auto got = read_at(fd, name, buffer, segment.begin + done);
      std::fill(buffer.begin() + static_cast<std::ptrdiff_t>(got), buffer.end(), std::uint8_t{0});
      sink.write(buffer);
      done += n;
      written += n;
      read_more(n);
    }
  static constexpr std::array<std::uint8_t, block_bytes> zeros{};
  sink.write(std::span(zeros).first(padding_of(written)));
}

}  // namespace sidekick::backup::tar
