#include "filters/digest.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sinks.hpp"
#include "tests/unit/support/sources.hpp"
#include "tests/unit/support/tools.hpp"

using namespace sidekick;
using namespace sidekick::filters;
using namespace sidekick::test;

namespace {

Buffer bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

std::string sha256(const Buffer& bytes) {
  Sha256 digest;
  digest.update(bytes);
  return digest.hex();
}

}  // namespace

TEST_CASE("a SHA-256 is that of the standard's examples") {
  CHECK(sha256({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(bytes_of("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256(Buffer(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("bytes are digested as they pass a sink or come out of a source however they are cut") {
  Buffer bytes(100'000);
  for (std::size_t i = 0; i < bytes.size(); i++) bytes[i] = static_cast<std::uint8_t>(i * 5 + i / 300);
  const TempDir folder;
  write_file(folder / "f", std::string(bytes.begin(), bytes.end()));
  const auto expected = output_of({"sha256sum"}, folder / "f").substr(0, 64);
  for (const std::size_t step : {std::size_t{1}, std::size_t{999}, bytes.size()}) {
    MemorySink out;
    DigestSink sink(out);
    write_in_steps(sink, bytes, step);
    sink.finish();
    CHECK(out.bytes == bytes);
    CHECK(out.finished == 1);
    CHECK(sink.bytes() == bytes.size());
    CHECK(sink.sha256() == expected);

    DigestSource source(std::make_unique<MemorySource>(bytes, step));
    CHECK(read_all(source) == bytes);
    CHECK(source.bytes() == bytes.size());
    CHECK(source.sha256() == expected);
    CHECK(read_all(source).empty());
    CHECK(source.sha256() == expected);
  }
}

TEST_CASE("nothing and its digest pass too") {
  MemorySink out;
  DigestSink sink(out);
  sink.finish();
  CHECK(sink.sha256() == sha256({}));
  DigestSource source(std::make_unique<MemorySource>(Buffer{}));
  CHECK(read_all(source).empty());
  CHECK(source.sha256() == sha256({}));
}
