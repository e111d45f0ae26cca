#include "filters/peek.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::filters;
using namespace sidekick::test;

namespace {

const Buffer digits{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

PeekSource over(const Buffer& bytes, std::size_t step) {
  return PeekSource(std::make_unique<MemorySource>(bytes, step));
}

Buffer peeked(PeekSource& source, std::size_t count) {
  const auto seen = source.peek(count);
  return {seen.begin(), seen.end()};
}

Buffer first(std::size_t from, std::size_t count) {
  const auto begin = digits.begin() + static_cast<std::ptrdiff_t>(from);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

TEST_CASE("what was looked at is read all the same, however a stream is cut") {
  for (std::size_t step = 1; step <= digits.size(); step++)
    for (std::size_t count = 0; count <= digits.size(); count++) {
      INFO("step " << step << ", count " << count);
      auto source = over(digits, step);
      CHECK(peeked(source, count) == first(0, count));
      CHECK(read_all(source, 3) == digits);
    }
}

TEST_CASE("a look beyond the end shows what there is") {
  auto source = over(digits, 4);
  CHECK(peeked(source, 100) == digits);
  CHECK(read_all(source) == digits);
  CHECK(peeked(source, 1).empty());
}

TEST_CASE("a look in mid-stream shows what comes next, and may be taken again and be longer") {
  auto source = over(digits, 2);
  Buffer three(3);
  CHECK(source.read(three) == 2);
  CHECK(peeked(source, 2) == first(2, 2));
  CHECK(peeked(source, 5) == first(2, 5));
  CHECK(source.read(three) == 3);
  CHECK(three == first(2, 3));
  CHECK(peeked(source, 4) == first(5, 4));
  CHECK(peeked(source, 1) == first(5, 1));
  CHECK(read_all(source) == first(5, 5));
}
