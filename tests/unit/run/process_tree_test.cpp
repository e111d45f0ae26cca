#include "run/process_tree.hpp"

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <algorithm>

using namespace sidekick::run;

TEST_CASE("the parent is read for any name of the program") {
  CHECK(parent_in("12 (sh) S 7 12 12 0") == 7);
  CHECK(parent_in("12 (a) b) (S 9 c) R 7 12 12 0") == 7);
  CHECK_FALSE(parent_in("").has_value());
  CHECK_FALSE(parent_in("12 (sh)").has_value());
  CHECK_FALSE(parent_in("12 sh S 7").has_value());
}

TEST_CASE("descendants are found at any depth") {
  const std::map<pid_t, pid_t> tree{{2, 1}, {3, 2}, {4, 3}, {5, 1}, {6, 5}, {9, 8}};
  auto found = descendants(tree, 1);
  std::ranges::sort(found);
  CHECK(found == std::vector<pid_t>{2, 3, 4, 5, 6});
  CHECK(descendants(tree, 4).empty());
}

TEST_CASE("the parent of this process is in the tree") {
  const auto all = parents();
  REQUIRE(all.contains(::getpid()));
  CHECK(all.at(::getpid()) == ::getppid());
}
