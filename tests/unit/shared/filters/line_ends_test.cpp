#include "filters/line_ends.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using namespace sidekick::filters;

namespace {

bool changed(std::string_view text) {
  return has_changed_line_ends({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_CASE("line ends are changed where each line feed follows a carriage return, and there is one") {
  CHECK(changed("a\r\nb"));
  CHECK(changed("\r\n\r\r\n"));
  CHECK_FALSE(changed("a\r\nb\n"));
  CHECK_FALSE(changed("\n\n"));
  CHECK_FALSE(changed("a\r"));
  CHECK_FALSE(changed(""));
}
