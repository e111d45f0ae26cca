/// What a test program with generated test cases must define.
#pragma once

namespace sidekick::test {

/// Calls add_test() for each case that is made from data. Defined once in every program that links test_main.
void add_generated_tests();

}  // namespace sidekick::test
