/// Test cases made from data, each with its own name.
#pragma once

#include <functional>
#include <string>

namespace sidekick::test {

/// Registers a test case; to be called before the session runs, from the function that main() knows.
void add_test(const std::string& name, const std::string& tags, std::function<void()> body);

}  // namespace sidekick::test
