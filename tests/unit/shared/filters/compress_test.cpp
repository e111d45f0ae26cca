#include "filters/compress.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>

#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sinks.hpp"
#include "tests/unit/support/sources.hpp"
#include "tests/unit/support/tools.hpp"

using namespace sidekick;
using namespace sidekick::filters;
using namespace sidekick::test;

namespace {

constexpr std::size_t block = std::size_t{1} << 20;

Buffer some_bytes(std::size_t n) {
  std::mt19937 random(11);
  Buffer out(n);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random() % 23);
  return out;
}

Buffer packed(const CompressionSettings& settings, const Buffer& plain, std::size_t step = 30'000) {
  MemorySink out;
  const auto sink = compressed_into(settings, out);
  write_in_steps(*sink, plain, step);
  CHECK(out.finished == 0);
  sink->finish();
  CHECK(out.finished == 1);
  return out.bytes;
}

Buffer unpacked(const Buffer& bytes) {
  return read_all(*decompressed(std::make_unique<MemorySource>(bytes), "x"), block);
}

}  // namespace

TEST_CASE("what is compressed by several threads comes back in its order") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, block - 1, block, block + 1, 4 * block + 5}) {
    const auto plain = some_bytes(size);
    for (const auto kind : {Compression::gzip, Compression::zstd, Compression::none})
      for (const int threads : {1, 2}) {
        INFO("size " << size << ", threads " << threads);
        const auto bytes = packed({kind, std::nullopt, threads}, plain);
        if (kind != Compression::none) CHECK(recognise(bytes) == kind);
        CHECK(unpacked(bytes) == plain);
      }
  }
}

TEST_CASE("the same bytes are compressed to the same however they come and by how many threads") {
  const auto plain = some_bytes(3 * block + 1000);
  for (const auto kind : {Compression::gzip, Compression::zstd})
    CHECK(packed({kind, std::nullopt, 1}, plain, 12'345) == packed({kind, std::nullopt, 4}, plain, 5 * block));
}

TEST_CASE("each level compresses and those out of range are refused") {
  const auto plain = some_bytes(100'000);
  for (int level = 1; level <= 19; level++) {
    CHECK(unpacked(packed({Compression::zstd, level, 1}, plain)) == plain);
    if (level <= 9) CHECK(unpacked(packed({Compression::gzip, level, 1}, plain)) == plain);
  }
  MemorySink out;
  for (const CompressionSettings& wrong : {CompressionSettings{Compression::gzip, 10, 1},
                                           {Compression::gzip, 0, 1},
                                           {Compression::zstd, 20, 1},
                                           {Compression::zstd, 3, 0},
                                           {Compression::zstd, 3, 65}}) {
    const auto error = error_of([&] { compressed_into(wrong, out); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::usage);
  }
}

TEST_CASE("gzip and zstd of Debian read what we compress") {
  need_program("gzip");
  need_program("zstd");
  const TempDir folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, 2 * block + 77}) {
    const auto plain = some_bytes(size);
    const std::string text(plain.begin(), plain.end());
    for (const auto* tool : {"gzip", "zstd"}) {
      const auto bytes =
          packed({std::string(tool) == "gzip" ? Compression::gzip : Compression::zstd, std::nullopt, 2}, plain);
      write_file(folder / tool, std::string(bytes.begin(), bytes.end()));
      CHECK(output_of({tool, "-d", "-c"}, folder / tool) == text);
    }
  }
}

TEST_CASE("a failure behind the compressor comes out of the call that meets it") {
  const auto plain = some_bytes(20 * block);
  for (const auto kind : {Compression::gzip, Compression::zstd}) {
    FullSink full(block);
    const auto sink = compressed_into({kind, std::nullopt, 2}, full);
    const auto error = error_of([&] {
      write_in_steps(*sink, plain, 100'000);
      sink->finish();
    });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::io);
  }
}

TEST_CASE("a compressor that is given up in mid-stream finishes nothing") {
  MemorySink out;
  for (int i = 0; i < 20; i++) {
    const auto sink = compressed_into({Compression::zstd, 1, 3}, out);
    sink->write(some_bytes(block / 4));
  }
  CHECK(out.finished == 0);
}
