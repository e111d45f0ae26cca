#include "filters/pipe.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sinks.hpp"
#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::filters;
using namespace sidekick::test;

namespace {

Buffer some_bytes(std::size_t n) {
  Buffer out(n);
  for (std::size_t i = 0; i < n; i++) out[i] = static_cast<std::uint8_t>(i * 31 + i / 97);
  return out;
}

}  // namespace

TEST_CASE("what goes into a pipe comes out of it in order - whatever its size and the pieces") {
  const auto bytes = some_bytes(20'000);
  for (const std::size_t max : {1U, 7U, 1000U, 100'000U})
    for (const std::size_t step : {3U, 999U, 20'000U}) {
      Buffer got;
      ReadingSink sink(max, [&](std::unique_ptr<Source> source) {
        got = read_all(*source, 501);
        std::array<std::uint8_t, 1> more{};
        CHECK(source->read(more) == 0);
      });
      write_in_steps(sink, bytes, step);
      sink.finish();
      CHECK(got == bytes);
    }
}

TEST_CASE("an end of a pipe that is let go wakes the other") {
  auto ends = make_pipe(10);
  std::thread reader([&] {
    std::array<std::uint8_t, 4> some{};
    ends.source->read(some);
    ends.source.reset();
  });
  const auto unread = error_of([&] { ends.sink->write(some_bytes(1000)); });
  reader.join();
  REQUIRE(unread);
  CHECK(unread->kind() == ErrorKind::io);

  auto others = make_pipe(10);
  std::thread writer([&] {
    others.sink->write(some_bytes(3));
    others.sink.reset();
  });
  const auto given_up = error_of([&] { read_all(*others.source); });
  writer.join();
  REQUIRE(given_up);
  CHECK(given_up->kind() == ErrorKind::cancelled);
}

TEST_CASE("what the reader of a sink throws comes out of write() or finish()") {
  const auto fails_after = [](std::size_t bytes) {
    return [bytes](std::unique_ptr<Source> source) {
      Buffer some(bytes);
      for (std::size_t got = 0; got < bytes;) got += source->read(std::span(some).subspan(got));
      throw Error(ErrorKind::data, "'x' is damaged");
    };
  };
  for (int i = 0; i < 50; i++) {
    ReadingSink sink(10, fails_after(5));
    const auto while_writing = error_of([&] { sink.write(some_bytes(1000)); });
    REQUIRE(while_writing);
    CHECK(while_writing->kind() == ErrorKind::data);

    ReadingSink late(10, fails_after(5));
    const auto at_the_end = error_of([&] {
      late.write(some_bytes(5));
      late.finish();
    });
    REQUIRE(at_the_end);
    CHECK(at_the_end->kind() == ErrorKind::data);
  }
  ReadingSink after_the_end(10, [](std::unique_ptr<Source> source) {
    read_all(*source);
    throw Error(ErrorKind::data, "one is missing");
  });
  after_the_end.write(some_bytes(5));
  const auto error = error_of([&] { after_the_end.finish(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
}

TEST_CASE("a reader that stops before the end is found and one that waits is let go") {
  ReadingSink lazy(10, [](std::unique_ptr<Source>) {});
  const auto early = error_of([&] {
    lazy.write(some_bytes(1000));
    lazy.finish();
  });
  REQUIRE(early);
  CHECK(early->kind() == ErrorKind::internal);

  std::optional<Error> seen;
  {
    ReadingSink abandoned(10, [&](std::unique_ptr<Source> source) { seen = error_of([&] { read_all(*source); }); });
    abandoned.write(some_bytes(25));
  }
  REQUIRE(seen);
  CHECK(seen->kind() == ErrorKind::cancelled);
}
