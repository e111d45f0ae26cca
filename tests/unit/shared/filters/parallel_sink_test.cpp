#include "filters/parallel_sink.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>

#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/limits.hpp"
#include "tests/unit/support/sinks.hpp"

using namespace sidekick;
using namespace sidekick::filters;
using namespace sidekick::test;

namespace {

using Bytes = BlockCoder::Bytes;

/// Hands blocks on as they are, the earlier ones later, and fails at one that begins with 'x'.
class Slow final : public BlockCoder {
 public:
  explicit Slow(std::atomic<int>& coded) : coded_(coded) {}
  Bytes code(std::span<const std::uint8_t> block, Bytes) override {
    if (!block.empty() && block[0] == 'x') throw Error(ErrorKind::internal, "an x");
    if (coded_++ % 3 == 0)
      for (int i = 0; i < 200; i++) std::this_thread::yield();
    return {block.begin(), block.end()};
  }

 private:
  std::atomic<int>& coded_;
};

Bytes text(std::string_view text) {
  return {text.begin(), text.end()};
}

}  // namespace

TEST_CASE("blocks keep their order whichever thread is done first") {
  std::atomic<int> coded = 0;
  Bytes all(1500);
  for (std::size_t i = 0; i < all.size(); i++) all[i] = static_cast<std::uint8_t>(i % 100);
  for (const int threads : {1, 2, 8}) {
    MemorySink out;
    ParallelSink sink([&] { return std::make_unique<Slow>(coded); }, 10, threads, out);
    write_in_steps(sink, all, 33);
    sink.finish();
    CHECK(out.bytes == all);
  }
}

TEST_CASE("without any thread the one that writes encodes") {
  CHECK(without_threads([] {
          std::atomic<int> coded = 0;
          MemorySink out;
          ParallelSink sink([&] { return std::make_unique<Slow>(coded); }, 2, 2, out);
          sink.write(text("abcdefg"));
          sink.finish();
          const auto failure = error_of([&] {
            MemorySink rest;
            ParallelSink failing([&] { return std::make_unique<Slow>(coded); }, 2, 2, rest);
            failing.write(text("abx"));
            failing.finish();
          });
          return out.bytes == text("abcdefg") && failure && failure->message() == "an x" ? 0 : 1;
        }) == 0);
}

TEST_CASE("what a thread throws comes out of write() or finish() after all that came before it") {
  std::atomic<int> coded = 0;
  const auto make = [&] { return std::make_unique<Slow>(coded); };
  MemorySink out;
  ParallelSink early(make, 2, 2, out);
  const auto in_write = error_of([&] { early.write(text("abcdx.ghijklmnopqrstuvwxyz")); });
  REQUIRE(in_write);
  CHECK(in_write->message() == "an x");
  CHECK(out.bytes == text("abcd"));

  ParallelSink late(make, 2, 2, out);
  const auto in_finish = error_of([&] {
    late.write(text("abx"));
    late.finish();
  });
  REQUIRE(in_finish);
  CHECK(out.finished == 0);
}

TEST_CASE("no more blocks are under way than there are threads and two more") {
  std::atomic<int> coded = 0;
  class Counting final : public Sink {
   public:
    explicit Counting(std::atomic<int>& coded) : coded_(coded) {}
    void write(std::span<const std::uint8_t>) override {
      written++;
      most_ahead = std::max(most_ahead, coded_ - written);
    }
    void finish() override {}
    int written = 0;
    int most_ahead = 0;

   private:
    std::atomic<int>& coded_;
  } out(coded);
  ParallelSink sink([&] { return std::make_unique<Slow>(coded); }, 1, 3, out);
  sink.write(Bytes(1'000, 'a'));
  sink.finish();
  CHECK(out.written == 1'000);
  CHECK(out.most_ahead <= 5);
}
