#include "tests/support/test_lists.hpp"

namespace sidekick::test {

void add_generated_tests() {}

}  // namespace sidekick::test
