#include <catch2/catch_test_macros.hpp>

#include "git_sync/remote/greeting.hpp"
#include "git_sync/remote/ls_refs.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

constexpr std::size_t max_bytes = 10'000;

std::string ref_line(int number) {
  return std::string(40, 'a') + " refs/heads/" + std::to_string(number) + "\n";
}

/// The error that the same kind of line brings when it comes again and again; nothing where it is taken for ever.
template <class MakeLine>
std::optional<Error> error_of_endless(LineReader& reader, MakeLine&& make_line) {
  return error_of([&] {
    for (int number = 0; number < 20'000; number++) {
      const auto line = make_line(number);
      reader.line({PktLine::Kind::data, line});
    }
  });
}

}  // namespace

TEST_CASE("a list of refs without end is an error") {
  LsRefsReader listed(max_bytes);
  GreetingReader greeted(max_bytes);
  GreetingReader waiting(max_bytes);
  for (const auto& error : {error_of_endless(listed, ref_line), error_of_endless(greeted, ref_line),
                            error_of_endless(waiting, [](int) { return std::string("version 1\n"); })}) {
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(mentions(*error, "longer than can be kept"));
  }
}

TEST_CASE("a list of refs that ends is taken whole") {
  LsRefsReader reader(max_bytes);
  for (int number = 0; number < 100; number++) {
    const auto line = ref_line(number);
    reader.line({PktLine::Kind::data, line});
  }
  CHECK(reader.line({PktLine::Kind::flush, {}}) == Reading::complete);
  CHECK(reader.take().size() == 100);
}
