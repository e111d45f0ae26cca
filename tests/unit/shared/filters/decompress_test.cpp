#include "filters/decompress.hpp"

#include <catch2/catch_test_macros.hpp>
#include <zlib.h>
#include <zstd.h>

#include <random>

#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::filters;
using namespace sidekick::test;

namespace {

Buffer plain_bytes(std::size_t n) {
  std::mt19937 random(7);
  Buffer out(n);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random() % 17);
  return out;
}

Buffer gzip(const Buffer& plain) {
  z_stream z{};
  constexpr int with_gzip_header = 15 + 16;
  REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, with_gzip_header, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Buffer out(deflateBound(&z, plain.size()) + 64);
  Buffer in = plain;
  z.next_in = in.data();
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

Buffer zstd(const Buffer& plain) {
  Buffer out(ZSTD_compressBound(plain.size()));
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context, out.data(), out.size(), plain.data(), plain.size()));
  ZSTD_freeCCtx(context);
  return out;
}

Buffer operator+(Buffer a, const Buffer& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Buffer unpack(const Buffer& packed, std::size_t step = SIZE_MAX, std::size_t chunk_bytes = 4096) {
  return read_all(*decompressed(std::make_unique<MemorySource>(packed, step), "x"), chunk_bytes);
}

ErrorKind damage(const Buffer& packed) {
  const auto error = error_of([&] { unpack(packed); });
  REQUIRE(error);
  CHECK(mentions(*error, "'x'"));
  return error->kind();
}

}  // namespace

TEST_CASE("compression is told by the first bytes alone") {
  CHECK(recognise(gzip({})) == Compression::gzip);
  CHECK(recognise(zstd({})) == Compression::zstd);
  CHECK(recognise(Buffer{0x5f, 0x2a, 0x4d, 0x18}) == Compression::zstd);
  CHECK(recognise(Buffer{0x60, 0x2a, 0x4d, 0x18}) == Compression::none);
  CHECK(recognise(Buffer{0x1f}) == Compression::none);
  CHECK(recognise(Buffer{0x1f, 0x8b}) == Compression::gzip);
  CHECK(recognise(Buffer{0x1f, 0x8b, 0x00, 0x00}) == Compression::none);
  CHECK(recognise(Buffer{}) == Compression::none);
  CHECK(recognise(Buffer{0x6d, 0xe2, 0x99, 0x81}) == Compression::none);
}

TEST_CASE("what is not compressed passes through, also when it is short") {
  for (const std::size_t n : std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 100'000}) {
    const auto plain = plain_bytes(n);
    CHECK(unpack(plain) == plain);
    CHECK(unpack(plain, 1) == plain);
  }
}

TEST_CASE("compressed streams come back whole, however they are cut and however they are read") {
  const auto plain = plain_bytes(300'000);
  for (const auto& packed : {gzip(plain), zstd(plain)})
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{4096}, SIZE_MAX})
      for (const std::size_t chunk : {std::size_t{100}, std::size_t{1} << 20})
        CHECK(unpack(packed, step, chunk) == plain);
}

TEST_CASE("several members follow each other as one stream, empty ones too") {
  const auto a = plain_bytes(1000);
  const auto b = plain_bytes(70'000);
  CHECK(unpack(gzip({}) + gzip(a) + gzip({}) + gzip(b) + gzip({}), 7) == a + b);
  CHECK(unpack(zstd({}) + zstd(a) + zstd({}) + zstd(b) + zstd({}), 7) == a + b);
  CHECK(unpack(gzip({})).empty());
  CHECK(unpack(zstd({})).empty());
  const Buffer skippable{0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};
  CHECK(unpack(skippable + zstd(a) + skippable) == a);
}

TEST_CASE("zeros that pad the end of a gzip stream are skipped, but nothing may follow them") {
  const auto a = plain_bytes(1000);
  CHECK(unpack(gzip(a) + Buffer(512, 0)) == a);
  CHECK(unpack(gzip(a) + Buffer(512, 0), 5) == a);
  CHECK(damage(gzip(a) + Buffer(3, 0) + gzip(a)) == ErrorKind::data);
  CHECK(damage(gzip(a) + Buffer{'x'}) == ErrorKind::data);
  CHECK(damage(zstd(a) + Buffer{'x', 'y', 'z', 'z', 'y'}) == ErrorKind::data);
}

TEST_CASE("a compressed stream that ends too early is damaged, wherever it ends") {
  const auto plain = plain_bytes(300);
  for (const auto& packed : {gzip(plain), zstd(plain), gzip(plain) + gzip(plain), zstd(plain) + zstd(plain)})
    for (std::size_t size = 4; size < packed.size(); size++) {
      const Buffer cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size));
      INFO("size " << size << " of " << packed.size());
      std::optional<Buffer> read;
      const auto error = error_of([&] { read = unpack(cut); });
      // The end of the first of two members is an end as good as any.
      if (!error)
        CHECK(*read == plain);
      else
        CHECK(error->kind() == ErrorKind::data);
      CHECK((error.has_value() || size * 2 == packed.size()));
    }
}

TEST_CASE("a flipped bit in the compressed data never gives other bytes unseen") {
  const auto plain = plain_bytes(300);
  for (const auto& packed : {gzip(plain), zstd(plain)}) {
    std::size_t unseen = 0;
    for (std::size_t at = 4; at < packed.size(); at++) {
      auto flipped = packed;
      flipped[at] ^= 0x10;
      INFO("offset " << at);
      std::optional<Buffer> read;
      const auto error = error_of([&] { read = unpack(flipped); });
      if (error) continue;
      CHECK(*read == plain);
      unseen++;
    }
    // Time stamp, extra flags and system in the header of gzip say nothing of the data.
    CHECK(unseen <= 8);
  }
}

TEST_CASE("a zstd frame that wants a larger window than we keep is refused") {
  const auto plain = plain_bytes(1000);
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 27);
  Buffer out(1 << 16);
  ZSTD_inBuffer in{plain.data(), plain.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  // Streamed without a known size, so that the frame states its window.
  ZSTD_compressStream2(context, &to, &in, ZSTD_e_flush);
  while (ZSTD_compressStream2(context, &to, &in, ZSTD_e_end) != 0) continue;
  ZSTD_freeCCtx(context);
  out.resize(to.pos);
  CHECK(damage(out) == ErrorKind::data);
}
