/// Sources and readers over bytes in memory, for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "filters/source.hpp"
#include "mongo/archive_reader.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

using Buffer = std::vector<std::uint8_t>;

/// Gives `bytes`, at most `step` in one read: a stream that is cut wherever a test wants it.
class MemorySource final : public filters::Source {
 public:
  explicit MemorySource(Buffer bytes, std::size_t step = SIZE_MAX) : bytes_(std::move(bytes)), step_(step) {}

  std::size_t read(std::span<std::uint8_t> into) override {
    const auto n = std::min({into.size(), step_, bytes_.size() - at_});
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), n, into.begin());
    at_ += n;
    return n;
  }

 private:
  Buffer bytes_;
  std::size_t step_;
  std::size_t at_ = 0;
};

inline Buffer file_bytes(const std::filesystem::path& path) {
  const auto text = read_file(path);
  return {text.begin(), text.end()};
}

/// All that is left in `source`.
inline Buffer read_all(filters::Source& source, std::size_t chunk_bytes = 4096) {
  Buffer out;
  Buffer chunk(chunk_bytes);
  while (const auto n = source.read(chunk))
    out.insert(out.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(n));
  return out;
}

/// An archive reader over any source.
class MemoryArchive final {
 public:
  explicit MemoryArchive(std::unique_ptr<filters::Source> source) : reader_(std::move(source), "test") {}
  explicit MemoryArchive(const Buffer& bytes, std::size_t step = SIZE_MAX)
      : MemoryArchive(std::make_unique<MemorySource>(bytes, step)) {}

  mongo::ArchiveReader& operator*() { return reader_; }
  mongo::ArchiveReader* operator->() { return &reader_; }

 private:
  mongo::ArchiveReader reader_;
};

}  // namespace sidekick::test
