#include "git_sync/publish/loose_objects.hpp"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "sidekick/error.hpp"
#include "sidekick/hex.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} << 10;

/// The total size of an object according to its header, "blob 12" and a zero.
std::optional<std::uint64_t> length_by_header(std::string_view start) {
  const auto end = start.find('\0');
  const auto space = start.find(' ');
  if (end == start.npos || space > end) return std::nullopt;
  std::uint64_t size = 0;
  const auto* from = start.data() + space + 1;
  const auto [rest, error] = std::from_chars(from, start.data() + end, size);
  if (error != std::errc() || rest != start.data() + end) return std::nullopt;
  return size + end + 1;
}

/// Inflates a stream piece by piece and discards the output.
class Inflation final {
 public:
  Inflation() { ready_ = ::inflateInit(&stream_) == Z_OK; }
  ~Inflation() {
    if (ready_) ::inflateEnd(&stream_);
  }
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;

  /// False when it cannot continue: at the end of the stream, or at damage.
  bool feed(std::vector<char>& bytes, std::size_t count) {
    stream_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(count);
    while (stream_.avail_in > 0) {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      const int code = ready_ ? ::inflate(&stream_, Z_NO_FLUSH) : Z_STREAM_ERROR;
      const auto got = out_.size() - stream_.avail_out;
      if (total_ == 0) expected_ = length_by_header({out_.data(), got});
      total_ += got;
      ended_ = code == Z_STREAM_END;
      if (code != Z_OK) return false;
    }
    return true;
  }

  bool whole() const { return ended_ && expected_ == total_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
  bool ended_ = false;
  std::uint64_t total_ = 0;
  std::optional<std::uint64_t> expected_;
  std::vector<char> out_ = std::vector<char>(chunk_bytes);
};

bool is_whole(const fs::path& object) {
  std::ifstream in(object, std::ios::binary);
  // An object that we cannot read is not necessarily damaged.
  if (!in) return true;
  Inflation inflation;
  std::vector<char> bytes(chunk_bytes);
  do {
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  } while (inflation.feed(bytes, static_cast<std::size_t>(in.gcount())) && in);
  return inflation.whole();
}

std::vector<fs::path> named(const fs::path& folder, std::size_t digits) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (is_hex(it->path().filename().string(), digits)) paths.push_back(it->path());
  return paths;
}

}  // namespace

std::size_t remove_broken_loose_objects(const fs::path& git_dir) {
  std::size_t removed = 0;
  for (const auto& folder : named(git_dir / "objects", 2)) {
    for (const auto& object : named(folder, 38)) {
      if (is_whole(object)) continue;
      std::error_code error;
      fs::remove(object, error);
      if (error) throw error_from_errno("cannot remove '" + object.string() + "'", error.value());
      ++removed;
    }
  }
  return removed;
}

}  // namespace sidekick::git_sync
