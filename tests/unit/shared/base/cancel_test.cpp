#include "sidekick/cancel.hpp"

#include <catch2/catch_test_macros.hpp>
#include <poll.h>

using namespace sidekick;

namespace {

bool is_readable(const CancelToken& token) {
  pollfd event{token.fd(), POLLIN, 0};
  return ::poll(&event, 1, 0) == 1;
}

}  // namespace

TEST_CASE("a cancellation reaches its children and nothing else") {
  CancelSource parent;
  CancelSource child(parent.token());
  CancelSource sibling(parent.token());
  const CancelSource grandchild(child.token());
  child.cancel();
  CHECK(child.token().cancelled());
  CHECK(is_readable(grandchild.token()));
  CHECK_FALSE(parent.token().cancelled());
  CHECK_FALSE(sibling.token().cancelled());
  {
    const CancelSource gone(parent.token());
  }
  parent.cancel();
  CHECK(is_readable(sibling.token()));
  CHECK(CancelSource(parent.token()).token().cancelled());
}
